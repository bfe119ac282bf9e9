//! The regions that host media, as the Chime SDK developer guide lists them, and those that have a Chime endpoint
//! ("control regions"), as the AWS General Reference lists them ("Amazon Chime SDK endpoints and quotas",
//! <https://docs.aws.amazon.com/general/latest/gr/chime-sdk.html>). botocore has the same endpoints in its own data, and a
//! check compares them.

use super::MediaRegion;

/// The regions where meetings can be created.
pub const CONTROL_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-2",
    "il-central-1",
    "us-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-2",
];

/// Those of [`CONTROL_REGIONS`] that have a FIPS endpoint as well.
pub const FIPS_REGIONS: &[&str] =
    &["ca-central-1", "us-east-1", "us-gov-east-1", "us-gov-west-1", "us-west-2"];

/// Whether meetings can be created in a region.
///
/// # Errors
/// What is wrong with the region, and which regions there are.
pub fn check_control_region(region: &str) -> Result<(), String> {
    if CONTROL_REGIONS.contains(&region) {
        return Ok(());
    }
    Err(format!("`{region}` has no Chime endpoint; these regions have one: {}", CONTROL_REGIONS.join(", ")))
}

const COMMERCIAL: &[&str] = &[
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

const GOVCLOUD: &[&str] = &["us-gov-east-1", "us-gov-west-1"];

/// A family of regions that share accounts and endpoints. A meeting's media stays in the partition that controls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// `aws`
    Commercial,
    /// `aws-us-gov`
    GovCloud,
}

impl Partition {
    /// The partition that a region belongs to.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        if region.starts_with("us-gov-") { Partition::GovCloud } else { Partition::Commercial }
    }

    /// The regions of this partition that host media.
    #[must_use]
    pub fn media_regions(self) -> &'static [&'static str] {
        match self {
            Partition::Commercial => COMMERCIAL,
            Partition::GovCloud => GOVCLOUD,
        }
    }

    /// Whether a region hosts media in this partition.
    #[must_use]
    pub fn hosts_media(self, region: &MediaRegion) -> bool {
        self.media_regions().contains(&region.as_str())
    }
}
