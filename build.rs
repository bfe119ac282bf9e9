//! How the functions are linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // A program at a fixed address: the loader of one that may be anywhere adds that address to some 17,000 pointers and copies
    // the pages that they are in, at each cold start. What that saves and what it gives up: docs/speed.md.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
