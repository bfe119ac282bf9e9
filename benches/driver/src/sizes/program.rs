//! The parts of a program in ELF, each with what it is of.

use std::collections::BTreeMap;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind};

use super::Weight;
use crate::Failure;
use crate::archive::deflated_size;
use crate::statistics::float;

/// Some bytes of a program.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) owner: Owner,
    pub(super) weight: Weight,
}

/// What they are of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A crate; of the gateway's own crate one of its modules, as `meeting_gateway::policy`.
    Crate(String),
    /// Code or data without a symbol that names a crate, such as texts.
    Nameless,
    Relocations,
    Unwinding,
    OtherSection,
}

/// Crates whose generic code is counted where the type that it is for is from.
const GENERIC: [&str; 3] = ["core", "alloc", "std"];

/// The crate that is shown by its modules.
const OWN_CRATE: &str = "meeting_gateway";

/// Everything that is loaded when the program starts, which is what is left of it when its symbols are stripped.
///
/// What a part takes in a zip is estimated by how far its section alone can be compressed.
pub(super) fn parts_of(program: &[u8]) -> Result<Vec<Part>, Failure> {
    let file = object::File::parse(program)?;
    let mut owners: BTreeMap<Owner, Weight> = BTreeMap::new();
    let mut has_names = false;
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let is_loaded = sh_flags.contains(object::elf::SHF_ALLOC);
        if !is_loaded
            || matches!(section.kind(), SectionKind::UninitializedData | SectionKind::UninitializedTls)
        {
            continue;
        }
        let data = section.data()?;
        let size = u64::try_from(data.len())?;
        if size == 0 {
            continue;
        }
        let ratio = float(deflated_size(data)?) / float(size);
        let mut add = |owner: Owner, bytes: u64| {
            owners.entry(owner).or_default().add(Weight { bytes, zipped: float(bytes) * ratio });
        };
        match section.name()? {
            ".rela.dyn" | ".rela.plt" | ".relr.dyn" => add(Owner::Relocations, size),
            ".eh_frame" | ".eh_frame_hdr" | ".gcc_except_table" => add(Owner::Unwinding, size),
            name if name.starts_with(".text")
                || name.starts_with(".rodata")
                || name.starts_with(".data")
                || name.starts_with(".tdata") =>
            {
                let mut named = 0_u64;
                for (owner, bytes) in symbols_in(&file, &section) {
                    named = named.saturating_add(bytes);
                    has_names |= matches!(owner, Owner::Crate(_));
                    add(owner, bytes);
                }
                add(Owner::Nameless, size.saturating_sub(named));
            }
            _ => add(Owner::OtherSection, size),
        }
    }
    if !has_names {
        return Err("it has no symbols: build it with `--profile profiling`".into());
    }
    Ok(owners.into_iter().map(|(owner, weight)| Part { owner, weight }).collect())
}

/// The symbols of a section with their sizes, none of which overlaps another.
fn symbols_in(file: &object::File<'_>, section: &object::Section<'_, '_>) -> Vec<(Owner, u64)> {
    let mut symbols: Vec<(u64, u64, &str)> = file
        .symbols()
        .filter(|symbol| symbol.section_index() == Some(section.index()) && symbol.size() > 0)
        .filter_map(|symbol| Some((symbol.address(), symbol.size(), symbol.name().ok()?)))
        .collect();
    symbols.sort_unstable();
    let mut end = 0;
    let sized = symbols.into_iter().filter_map(|(address, size, name)| {
        let begin = address.max(end);
        let this_end = address.saturating_add(size);
        end = end.max(this_end);
        (begin < this_end).then(|| (owner_of(name), this_end.saturating_sub(begin)))
    });
    sized.collect()
}

/// The crate that a symbol is of.
fn owner_of(symbol: &str) -> Owner {
    // The C and assembly of ring, whose names have its version.
    if symbol.starts_with("ring_core_") {
        return Owner::Crate("ring".to_owned());
    }
    let Ok(demangled) = rustc_demangle::try_demangle(symbol) else { return Owner::Nameless };
    let text = format!("{demangled:#}");
    let paths = paths(&text);
    let first = paths.iter().find(|path| !GENERIC.contains(&name_of(path))).or(paths.first());
    first.map_or(Owner::Nameless, |path| {
        let name = name_of(path);
        let module = path.split("::").nth(1).unwrap_or_default();
        let is_module = name == OWN_CRATE && module.starts_with(|c: char| c.is_ascii_lowercase());
        Owner::Crate(if is_module { format!("{name}::{module}") } else { name.to_owned() })
    })
}

/// The paths in a demangled name, in order: `<a::B as c::D>::e` has `a::B`, `c::D`.
fn paths(name: &str) -> Vec<&str> {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let texts = name.split(|c| !is_of_path(c));
    texts.filter(|text| text.contains("::") && text.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

fn name_of<'p>(path: &&'p str) -> &'p str {
    path.split("::").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_of_the_crate_whose_code_or_type_it_is() {
        for (symbol, owner) in [
            ("_ZN5hyper5proto2h14conn17h0123456789abcdefE", "hyper"),
            ("_ZN15meeting_gateway6policy5admit17h0123456789abcdefE", "meeting_gateway::policy"),
            ("_ZN4core3ptr39drop_in_place$LT$rustls..Connection$GT$17h0123456789abcdefE", "rustls"),
            ("_ZN51_$LT$ring..rsa..Key$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "ring"),
            ("_ZN4core3fmt5write17h0123456789abcdefE", "core"),
            ("ring_core_0_17_14__aes_hw_encrypt", "ring"),
        ] {
            assert_eq!(owner_of(symbol), Owner::Crate(owner.to_owned()), "{symbol}");
        }
        assert_eq!(owner_of("memcpy"), Owner::Nameless);
    }
}
