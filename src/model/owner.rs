//! Who owns an attendee.

use super::values::ExternalUserId;

/// A person who can own attendees: everything before the first `#` of their ExternalUserId is the person's subject, byte
/// for byte.
///
/// ```
/// # use meeting_gateway::model::AttendeeOwner;
/// let anna = AttendeeOwner::of_subject("anna").unwrap();
/// assert!(anna.owns("anna") && anna.owns("anna#phone"));
/// assert!(!anna.owns("annabel") && !anna.owns("Anna"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AttendeeOwner(String);

impl AttendeeOwner {
    /// The owner that a token's subject is.
    ///
    /// # Errors
    /// When an ExternalUserId with that subject could be somebody else's, or Chime would not take it. The text says why.
    pub fn of_subject(subject: &str) -> Result<Self, String> {
        if subject.contains('#') {
            return Err("contains `#`, where the suffix of an ExternalUserId begins".to_owned());
        }
        if subject.trim() != subject {
            return Err("begins or ends with white space".to_owned());
        }
        // One character is enough in front of a suffix.
        let shortest = if subject.chars().count() == 1 { format!("{subject}#") } else { subject.to_owned() };
        ExternalUserId::parse(&shortest)?;
        Ok(AttendeeOwner(subject.to_owned()))
    }

    /// Whether an attendee with that ExternalUserId is this owner's.
    #[must_use]
    pub fn owns(&self, external_user_id: &str) -> bool {
        external_user_id.split('#').next() == Some(self.0.as_str())
    }

    /// The ExternalUserId without a suffix. `None` when the subject alone is too short.
    #[must_use]
    pub fn own_id(&self) -> Option<ExternalUserId> {
        ExternalUserId::parse(&self.0).ok()
    }
}

/// Withholds the subject: it identifies a person and must not be logged.
impl std::fmt::Debug for AttendeeOwner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AttendeeOwner(<withheld>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_owns_attendees_only_when_no_other_subject_could_own_them_too() {
        let long = "s".repeat(64);
        let too_long = "s".repeat(65);
        for (subject, owns, why) in [
            ("anna", true, "an ordinary subject"),
            ("a", true, "one character, with a suffix"),
            ("auth0|5f7c8ec7c33c6c004bbafe82", true, "a bar is in the pattern"),
            ("anna@example.com", true, "so are `@` and dots"),
            ("José Ñandú", true, "letters up to `ÿ` and a space inside"),
            (&long, true, "64 characters"),
            (&too_long, false, "65 characters"),
            ("anna#admin", false, "`#` begins the suffix"),
            ("#", false, "only a suffix"),
            (" anna", false, "white space at the start"),
            ("anna\t", false, "white space at the end"),
            ("aws:anna", false, "reserved"),
            ("AWS:anna", false, "reserved in any case"),
            ("Žofie", false, "a letter beyond `ÿ`"),
            ("anna;b", false, "a character outside the pattern"),
            ("", false, "empty"),
        ] {
            assert_eq!(AttendeeOwner::of_subject(subject).is_ok(), owns, "{subject:?}: {why}");
        }
    }

    #[test]
    fn owner_is_everything_before_the_first_number_sign() {
        let owner = |subject| AttendeeOwner::of_subject(subject).unwrap();
        for (subject, external_user_id, owns, why) in [
            ("anna", "anna", true, "without a suffix"),
            ("anna", "anna#phone", true, "with a suffix"),
            ("anna", "anna#a#b", true, "the suffix may contain `#`"),
            ("anna", "anna#", true, "an empty suffix"),
            ("anna", "annabel", false, "a longer subject"),
            ("anna", "annabel#anna", false, "a longer subject with the shorter one as its suffix"),
            ("annabel", "anna", false, "a shorter subject"),
            ("anna", "Anna", false, "another case"),
            ("anna", "anna ", false, "white space counts"),
            ("anna", "#anna", false, "an empty owner"),
            ("é", "e\u{301}#x", false, "bytes are compared, not looks"),
            ("anna", "", false, "no ExternalUserId"),
        ] {
            assert_eq!(
                owner(subject).owns(external_user_id),
                owns,
                "{subject:?}, {external_user_id:?}: {why}"
            );
        }
    }

    #[test]
    fn subject_of_one_character_is_no_id_by_itself() {
        assert!(AttendeeOwner::of_subject("a").unwrap().own_id().is_none());
        assert!(AttendeeOwner::of_subject("ab").unwrap().own_id().is_some());
    }

    #[test]
    fn debug_output_withholds_the_subject() {
        assert!(!format!("{:?}", AttendeeOwner::of_subject("anna").unwrap()).contains("anna"));
    }
}
