//! Chime's API model of the operations that the simulator plays, shape by shape.
//!
//! The names, numbers, patterns and values are those of `chime-sdk-meetings/2021-07-15/service-2.json`, the model that
//! AWS publishes in botocore and generates its SDKs from; a test compares them. What the
//! model only documents in words is in [`DOCUMENTED_PATTERNS`], [`MEDIA_REGIONS`] and the rules of
//! `validation`.

use serde::Serialize;

/// Every shape that the simulator checks, in the order in which `service-2.json` refers to them.
pub const CONSTRAINTS: &[Constraint] = &[
    Constraint::structure(
        "CreateMeetingRequest",
        &["ClientRequestToken", "MediaRegion", "ExternalMeetingId"],
        &[
            ("ClientRequestToken", "ClientRequestToken"),
            ("MediaRegion", "MediaRegion"),
            ("MeetingHostId", "ExternalUserId"),
            ("ExternalMeetingId", "ExternalMeetingId"),
            ("NotificationsConfiguration", "NotificationsConfiguration"),
            ("MeetingFeatures", "MeetingFeaturesConfiguration"),
            ("PrimaryMeetingId", "PrimaryMeetingId"),
            ("TenantIds", "TenantIdList"),
            ("Tags", "TagList"),
            ("MediaPlacementNetworkType", "MediaPlacementNetworkType"),
        ],
    ),
    Constraint::string("ClientRequestToken", 2, 64, Some("[-_a-zA-Z0-9]*")),
    Constraint::string("MediaRegion", 2, 64, None),
    Constraint::string("ExternalUserId", 2, 64, None),
    Constraint::string("ExternalMeetingId", 2, 64, None),
    Constraint::structure(
        "NotificationsConfiguration",
        &[],
        &[("LambdaFunctionArn", "Arn"), ("SnsTopicArn", "Arn"), ("SqsQueueArn", "Arn")],
    ),
    Constraint::string("Arn", 1, 1024, Some(r"^arn[\/\:\-\_\.a-zA-Z0-9]+$")),
    Constraint::structure(
        "MeetingFeaturesConfiguration",
        &[],
        &[
            ("Audio", "AudioFeatures"),
            ("Video", "VideoFeatures"),
            ("Content", "ContentFeatures"),
            ("Attendee", "AttendeeFeatures"),
        ],
    ),
    Constraint::structure("AudioFeatures", &[], &[("EchoReduction", "MeetingFeatureStatus")]),
    Constraint::enumeration("MeetingFeatureStatus", &["AVAILABLE", "UNAVAILABLE"]),
    Constraint::structure("VideoFeatures", &[], &[("MaxResolution", "VideoResolution")]),
    Constraint::enumeration("VideoResolution", &["None", "HD", "FHD"]),
    Constraint::structure("ContentFeatures", &[], &[("MaxResolution", "ContentResolution")]),
    Constraint::enumeration("ContentResolution", &["None", "FHD", "UHD"]),
    Constraint::structure("AttendeeFeatures", &[], &[("MaxCount", "AttendeeMax")]),
    Constraint::integer("AttendeeMax", 1, 250),
    Constraint::string("PrimaryMeetingId", 2, 64, None),
    Constraint::list("TenantIdList", 1, 5, "TenantId"),
    Constraint::string("TenantId", 2, 256, Some(r"^(?!.*?(.)\1{3})[-_!@#$a-zA-Z0-9]*$")),
    Constraint::list("TagList", 0, 50, "Tag"),
    Constraint::structure("Tag", &["Key", "Value"], &[("Key", "TagKey"), ("Value", "TagValue")]),
    Constraint::string("TagKey", 1, 128, Some("^[a-zA-Z+-=._:/]+$")),
    Constraint::string("TagValue", 0, 256, Some(r"[\s\w+-=\.:/@]*")),
    Constraint::enumeration("MediaPlacementNetworkType", &["Ipv4Only", "DualStack"]),
    Constraint::structure(
        "CreateMeetingWithAttendeesRequest",
        &["ClientRequestToken", "MediaRegion", "ExternalMeetingId", "Attendees"],
        &[
            ("ClientRequestToken", "ClientRequestToken"),
            ("MediaRegion", "MediaRegion"),
            ("MeetingHostId", "ExternalUserId"),
            ("ExternalMeetingId", "ExternalMeetingId"),
            ("MeetingFeatures", "MeetingFeaturesConfiguration"),
            ("NotificationsConfiguration", "NotificationsConfiguration"),
            ("Attendees", "CreateMeetingWithAttendeesRequestItemList"),
            ("PrimaryMeetingId", "PrimaryMeetingId"),
            ("TenantIds", "TenantIdList"),
            ("Tags", "TagList"),
            ("MediaPlacementNetworkType", "MediaPlacementNetworkType"),
        ],
    ),
    Constraint::list("CreateMeetingWithAttendeesRequestItemList", 1, 20, "CreateAttendeeRequestItem"),
    Constraint::structure(
        "CreateAttendeeRequestItem",
        &["ExternalUserId"],
        &[("ExternalUserId", "ExternalUserId"), ("Capabilities", "AttendeeCapabilities")],
    ),
    Constraint::structure(
        "AttendeeCapabilities",
        &["Audio", "Video", "Content"],
        &[("Audio", "MediaCapabilities"), ("Video", "MediaCapabilities"), ("Content", "MediaCapabilities")],
    ),
    Constraint::enumeration("MediaCapabilities", &["SendReceive", "Send", "Receive", "None"]),
    Constraint::structure("GetMeetingRequest", &["MeetingId"], &[("MeetingId", "GuidString")]),
    Constraint::structure("DeleteMeetingRequest", &["MeetingId"], &[("MeetingId", "GuidString")]),
    Constraint {
        kind: Kind::String,
        pattern: Some("[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}"),
        ..Constraint::named("GuidString")
    },
    Constraint::structure(
        "CreateAttendeeRequest",
        &["MeetingId", "ExternalUserId"],
        &[
            ("MeetingId", "GuidString"),
            ("ExternalUserId", "ExternalUserId"),
            ("Capabilities", "AttendeeCapabilities"),
        ],
    ),
    Constraint::structure(
        "BatchCreateAttendeeRequest",
        &["MeetingId", "Attendees"],
        &[("MeetingId", "GuidString"), ("Attendees", "CreateAttendeeRequestItemList")],
    ),
    Constraint::list("CreateAttendeeRequestItemList", 1, 100, "CreateAttendeeRequestItem"),
    Constraint::structure(
        "ListAttendeesRequest",
        &["MeetingId"],
        &[("MeetingId", "GuidString"), ("NextToken", "String"), ("MaxResults", "ResultMax")],
    ),
    Constraint { kind: Kind::String, max: Some(4096), ..Constraint::named("String") },
    Constraint::integer("ResultMax", 1, 100),
    Constraint::structure(
        "GetAttendeeRequest",
        &["MeetingId", "AttendeeId"],
        &[("MeetingId", "GuidString"), ("AttendeeId", "GuidString")],
    ),
    Constraint::structure(
        "DeleteAttendeeRequest",
        &["MeetingId", "AttendeeId"],
        &[("MeetingId", "GuidString"), ("AttendeeId", "GuidString")],
    ),
    Constraint::structure(
        "UpdateAttendeeCapabilitiesRequest",
        &["MeetingId", "AttendeeId", "Capabilities"],
        &[
            ("MeetingId", "GuidString"),
            ("AttendeeId", "GuidString"),
            ("Capabilities", "AttendeeCapabilities"),
        ],
    ),
    Constraint::structure(
        "BatchUpdateAttendeeCapabilitiesExceptRequest",
        &["MeetingId", "ExcludedAttendeeIds", "Capabilities"],
        &[
            ("MeetingId", "GuidString"),
            ("ExcludedAttendeeIds", "AttendeeIdsList"),
            ("Capabilities", "AttendeeCapabilities"),
        ],
    ),
    Constraint::list("AttendeeIdsList", 1, 250, "AttendeeIdItem"),
    Constraint::structure("AttendeeIdItem", &["AttendeeId"], &[("AttendeeId", "GuidString")]),
];

/// Patterns that stand only in the documentation texts of the model (member, pattern). They count for the member and
/// not for its shape: a MeetingHostId is of the shape `ExternalUserId` too and has none.
pub const DOCUMENTED_PATTERNS: &[(&str, &str)] =
    &[("ExternalMeetingId", EXTERNAL_ID), ("ExternalUserId", EXTERNAL_ID)];

const EXTERNAL_ID: &str = r##"[-_&@+=,(){}\[\]\/«».:|'"#a-zA-Z0-9À-ÿ\s]*"##;

/// The media regions that the documentation of `CreateMeetingRequest$MediaRegion` lists, GovCloud's last.
pub const MEDIA_REGIONS: &[&str] = &[
    "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1",
];

/// Every exception of the model, with its HTTP status.
pub const EXCEPTIONS: &[(&str, u16)] = &[
    ("BadRequestException", 400),
    ("LimitExceededException", 400),
    ("TooManyTagsException", 400),
    ("UnauthorizedException", 401),
    ("ForbiddenException", 403),
    ("NotFoundException", 404),
    ("ResourceNotFoundException", 404),
    ("ConflictException", 409),
    ("UnprocessableEntityException", 422),
    ("ThrottlingException", 429),
    ("ServiceFailureException", 500),
    ("ServiceUnavailableException", 503),
];

/// Exceptions that the service answers in practice although its model does not have them.
pub const UNMODELLED_EXCEPTIONS: &[(&str, u16)] =
    &[("ValidationException", 400), ("AccessDeniedException", 403), ("ExpiredTokenException", 403)];

/// One shape of the model with all its constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Constraint {
    /// the shape's name in `service-2.json`
    pub name: &'static str,
    /// which JSON type a value has
    pub kind: Kind,
    /// fewest characters, fewest items or lowest number
    pub min: Option<usize>,
    /// most characters, most items or highest number
    pub max: Option<usize>,
    /// the regular expression as the model has it; the whole value must match
    pub pattern: Option<&'static str>,
    /// the only values allowed, when not empty
    pub values: &'static [&'static str],
    /// members that a structure must have
    pub required: &'static [&'static str],
    /// a structure's members and the shape of each
    pub members: &'static [(&'static str, &'static str)],
    /// the shape of a list's items
    pub item: Option<&'static str>,
}

/// The type of a shape, in the model's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// a JSON object with known members
    Structure,
    /// a JSON array
    List,
    /// a JSON string, its length counted in Unicode characters
    String,
    /// a JSON number without a fraction
    Integer,
}

/// The constraint of a shape, by the shape's name.
#[must_use]
pub fn constraint(name: &str) -> Option<&'static Constraint> {
    CONSTRAINTS.iter().find(|constraint| constraint.name == name)
}

impl Constraint {
    const fn named(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Structure,
            min: None,
            max: None,
            pattern: None,
            values: &[],
            required: &[],
            members: &[],
            item: None,
        }
    }

    const fn structure(
        name: &'static str,
        required: &'static [&'static str],
        members: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { required, members, ..Self::named(name) }
    }

    const fn list(name: &'static str, min: usize, max: usize, item: &'static str) -> Self {
        Self { kind: Kind::List, min: Some(min), max: Some(max), item: Some(item), ..Self::named(name) }
    }

    const fn string(name: &'static str, min: usize, max: usize, pattern: Option<&'static str>) -> Self {
        Self { kind: Kind::String, min: Some(min), max: Some(max), pattern, ..Self::named(name) }
    }

    const fn integer(name: &'static str, min: usize, max: usize) -> Self {
        Self { kind: Kind::Integer, min: Some(min), max: Some(max), ..Self::named(name) }
    }

    const fn enumeration(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { kind: Kind::String, values, ..Self::named(name) }
    }
}
