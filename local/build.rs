//! Takes the recipe in Rust out of docs/clients.md, so that a test runs what the page shows.

use std::error::Error;
use std::path::Path;

const PAGE: &str = "../docs/clients.md";
const HEADING: &str = "## Rust: aws-sdk-chimesdkmeetings";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PAGE}");
    let page = std::fs::read_to_string(PAGE)?;
    let (_, section) = page.split_once(HEADING).ok_or_else(|| format!("{PAGE} has no `{HEADING}`"))?;
    let block = section.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```\n"));
    let (recipe, _) = block.ok_or_else(|| format!("{PAGE} has no code below `{HEADING}`"))?;
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("recipe.rs"), recipe)?;
    Ok(())
}
