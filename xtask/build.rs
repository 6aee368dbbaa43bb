//! Which machine this is built for.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=TARGET_OF_XTASK={target}");
}
