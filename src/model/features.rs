//! The members of CreateMeeting with ordered values, which a ceiling can bound.

use super::names::names;
use super::wire::{Shape, ToWire, Wire};
use crate::json::{Json, ReadJson};

names! {
    /// Whether clients may switch echo reduction on (`MeetingFeatures.Audio.EchoReduction`).
    #[derive(PartialOrd, Ord)]
    EchoReduction {
        /// it is not offered
        Unavailable = "UNAVAILABLE",
        /// it is offered
        Available = "AVAILABLE",
    }
}

names! {
    /// Highest resolution of camera video (`MeetingFeatures.Video.MaxResolution`).
    #[derive(PartialOrd, Ord)]
    VideoResolution {
        /// no video
        None = "None",
        /// 1280 × 720
        Hd = "HD",
        /// 1920 × 1080
        Fhd = "FHD",
    }
}

names! {
    /// Highest resolution of shared content (`MeetingFeatures.Content.MaxResolution`).
    #[derive(PartialOrd, Ord)]
    ContentResolution {
        /// no content
        None = "None",
        /// 1920 × 1080
        Fhd = "FHD",
        /// 3840 × 2160
        Uhd = "UHD",
    }
}

names! {
    /// Which networks the media servers answer on (`MediaPlacementNetworkType`).
    #[derive(PartialOrd, Ord)]
    NetworkType {
        /// IPv4 only
        Ipv4Only = "Ipv4Only",
        /// IPv4 and IPv6
        DualStack = "DualStack",
    }
}

/// Maximum number of attendees of a meeting (`MeetingFeatures.Attendee.MaxCount`): 1 to 250 (model).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttendeeCount(u8);

impl AttendeeCount {
    /// The minimum (model).
    pub const MIN: AttendeeCount = AttendeeCount(1);

    /// The maximum (model).
    pub const MAX: AttendeeCount = AttendeeCount(250);

    /// The maximum with FHD video or UHD content, which require a MaxCount (developer guide).
    pub const MAX_AT_HIGH_RESOLUTION: AttendeeCount = AttendeeCount(25);

    /// The number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl ReadJson for AttendeeCount {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json {
            // `25.0` is refused: Chime's model has an integer.
            Json::Number(number) => {
                let count = number.as_u64().and_then(|count| u8::try_from(count).ok()).map(AttendeeCount);
                let valid = count.filter(|count| (Self::MIN..=Self::MAX).contains(count));
                valid.ok_or_else(|| "must be a whole number from 1 to 250".to_owned())
            }
            other => Err(format!("must be a whole number from 1 to 250, not {}", other.kind())),
        }
    }
}

impl ToWire for AttendeeCount {
    const SHAPE: Shape = Shape::Number { min: 1, max: 250 };
    const DESCRIPTION: &'static str = "Maximum number of attendees of a meeting.";

    fn wire(&self) -> Wire<'_> {
        Wire::Number(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: ReadJson>(text: &str) -> Result<T, String> {
        T::read_json(&Json::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn values_are_ordered_from_lowest_to_highest() {
        assert!(VideoResolution::None < VideoResolution::Hd && VideoResolution::Hd < VideoResolution::Fhd);
        assert!(
            ContentResolution::None < ContentResolution::Fhd
                && ContentResolution::Fhd < ContentResolution::Uhd
        );
        assert!(EchoReduction::Unavailable < EchoReduction::Available);
        assert!(NetworkType::Ipv4Only < NetworkType::DualStack);
    }

    #[test]
    fn names_are_case_sensitive() {
        assert_eq!(read(r#""FHD""#), Ok(VideoResolution::Fhd));
        assert_eq!(read::<VideoResolution>(r#""fhd""#), Err("must be one of `None`, `HD`, `FHD`".to_owned()));
        assert_eq!(read::<VideoResolution>(r#""UHD""#), Err("must be one of `None`, `HD`, `FHD`".to_owned()));
    }

    #[test]
    fn attendee_counts_are_whole_numbers_from_1_to_250() {
        for (text, fits) in [
            ("0", false),
            ("1", true),
            ("250", true),
            ("251", false),
            ("25.0", false),
            ("1e2", false),
            ("-1", false),
            (r#""25""#, false),
            ("99999999999999999999", false),
        ] {
            assert_eq!(read::<AttendeeCount>(text).is_ok(), fits, "{text}");
        }
    }
}
