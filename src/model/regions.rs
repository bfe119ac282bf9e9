//! The regions that host media, from the Chime SDK developer guide, and those with a Chime endpoint ("control
//! regions"), from the AWS General Reference ("Amazon Chime SDK endpoints and quotas",
//! <https://docs.aws.amazon.com/general/latest/gr/chime-sdk.html>). A check compares the endpoints with botocore's
//! data.

/// The regions where meetings can be created.
pub const CONTROL_REGIONS: &[&str] = &[
    "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-west-2", "il-central-1", "us-east-1", "us-gov-east-1",
    "us-gov-west-1", "us-west-2",
];

/// Those of [`CONTROL_REGIONS`] that also have a FIPS endpoint.
pub const FIPS_REGIONS: &[&str] =
    &["ca-central-1", "us-east-1", "us-gov-east-1", "us-gov-west-1", "us-west-2"];

/// Checks that a region has a Chime endpoint.
///
/// # Errors
/// When it has none. The text lists the regions with an endpoint.
pub fn check_control_region(region: &str) -> Result<(), String> {
    if CONTROL_REGIONS.contains(&region) {
        return Ok(());
    }
    Err(format!("`{region}` has no Chime endpoint; these regions have one: {}", CONTROL_REGIONS.join(", ")))
}

const COMMERCIAL: &[&str] = &[
    "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
];

const GOVCLOUD: &[&str] = &["us-gov-east-1", "us-gov-west-1"];

/// A group of regions with its own accounts and endpoints. A meeting's media stays in its partition.
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
}
