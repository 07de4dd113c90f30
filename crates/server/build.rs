//! Makes the folder that the console is embedded from, so that Rust alone builds a server without a console.
//!
//! What must stay true: a release build is made anew when the console changed; a debug build reads the console's files
//! when they are asked for, and needs no new build.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(here) = env::var_os("CARGO_MANIFEST_DIR") else {
        return;
    };
    let console = Path::new(&here).join("../../web/dist");
    if let Err(error) = fs::create_dir_all(&console) {
        println!("cargo::error=web/dist cannot be made: {error}");
    }
    if env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
