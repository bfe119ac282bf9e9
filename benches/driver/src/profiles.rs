//! Release profiles compared: what each makes of the gateway's size and instructions.

use std::fmt::Write as _;
use std::path::Path;

use crate::archive::zipped_size;
use crate::building::Artefacts;
use crate::instructions::count_all;
use crate::statistics::float;
use crate::subjects::{GATEWAY, GATEWAY_BEARER, Maker};
use crate::surroundings::{Host, Surroundings};
use crate::{Failure, println_all};

/// Title, and what of Cargo.toml's release profile is changed.
const VARIANTS: [(&str, &[&str]); 6] = [
    ("opt-level 3, fat LTO", &["opt-level=3"]),
    ("opt-level 2, fat LTO", &["opt-level=2"]),
    ("opt-level s, fat LTO", &["opt-level='s'"]),
    ("opt-level z, fat LTO", &["opt-level='z'"]),
    ("opt-level s, thin LTO", &["opt-level='s'", "lto='thin'"]),
    ("opt-level s, no LTO, 16 codegen units", &["opt-level='s'", "lto='off'", "codegen-units=16"]),
];

/// Builds the gateway with each profile, measures it and prints a table.
pub(crate) fn compare(around: &Surroundings, folder: &Path) -> Result<(), Failure> {
    let mut table = String::from(
        "| | program | zip | millions, init + first | thousands, warm, authorizer | thousands, warm, bearer |\n\
         |---|---|---|---|---|---|\n",
    );
    for (index, (title, changes)) in VARIANTS.iter().enumerate() {
        let artefacts = Artefacts::build_variant(changes, &folder.join(format!("profile-{index}")))?;
        let maker = Maker::new(&artefacts, around, folder, Host::Address);
        let counted = count_all(&maker.make_all([&GATEWAY, &GATEWAY_BEARER])?)?;
        let [authorizer, bearer] = counted.as_slice() else { return Err("two modes were counted".into()) };
        let _ = writeln!(
            table,
            "| {title} | {:.2} MB | {:.2} MB | {:.2} | {:.0} | {:.0} |",
            millionths(std::fs::metadata(&artefacts.gateway)?.len()),
            millionths(zipped_size(&[&artefacts.gateway])?),
            millionths(authorizer.init_and_first),
            millionths(authorizer.warm_request()) * 1000.0,
            millionths(bearer.warm_request()) * 1000.0,
        );
        println_all(&table);
    }
    Ok(())
}

fn millionths(number: u64) -> f64 {
    float(number) / 1e6
}
