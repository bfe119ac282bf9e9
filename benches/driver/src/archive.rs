//! The size of an artefact as Lambda takes it: a zip.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;

use crate::Failure;

/// Bytes of a zip of these files and folders.
pub(crate) fn zipped_size(parts: &[&Path]) -> Result<u64, Failure> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        add(&mut archive, part, part.file_name().map(Path::new).unwrap_or(part))?;
    }
    Ok(u64::try_from(archive.finish()?.into_inner().len())?)
}

/// Bytes of these alone in a zip, without the archive's own.
pub(crate) fn deflated_size(data: &[u8]) -> Result<u64, Failure> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("", SimpleFileOptions::default().compression_level(Some(9)))?;
    archive.write_all(data)?;
    let archive = archive.finish()?.into_inner();
    // A local header, one in the directory and the directory's end, without a name: 30, 46 and 22 bytes (APPNOTE.TXT).
    Ok(u64::try_from(archive.len())?.saturating_sub(98))
}

fn add(archive: &mut zip::ZipWriter<Cursor<Vec<u8>>>, from: &Path, name: &Path) -> Result<(), Failure> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            // Compiled again where they run.
            if entry.file_name() != "__pycache__" {
                add(archive, &entry.path(), &name.join(entry.file_name()))?;
            }
        }
        return Ok(());
    }
    let options = SimpleFileOptions::default().compression_level(Some(9)).unix_permissions(0o755);
    archive.start_file(name.to_string_lossy(), options)?;
    archive.write_all(&fs::read(from)?)?;
    Ok(())
}
