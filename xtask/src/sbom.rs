//! What a release is made of: `CycloneDX` 1.6 (cyclonedx.org/docs/1.6/json) of every crate that the binary is built from.

use std::collections::HashSet;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

/// Prints it.
#[expect(clippy::print_stdout, reason = "a tool for the terminal")]
pub(crate) fn print() -> anyhow::Result<()> {
    println!("{:#}", bill()?);
    Ok(())
}

fn bill() -> anyhow::Result<Value> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let root =
        packages.iter().find(|package| package["name"] == "receptionist").context("no receptionist")?;
    let built = built_from(&metadata, &root["id"]);
    let mut components: Vec<Value> =
        packages.iter().filter(|package| built.contains(&text(&package["id"]))).map(component).collect();
    components.sort_by_key(|component| text(&component["purl"]));
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "name": "receptionist", "version": root["version"]}},
        "components": components,
    }))
}

fn metadata() -> anyhow::Result<Value> {
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--filter-platform", env!("TARGET_OF_XTASK")];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(crate::root()).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("cargo metadata is no JSON")
}

/// Without what only tests and builds need.
fn built_from(metadata: &Value, root: &Value) -> HashSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let (mut found, mut open) = (HashSet::new(), vec![text(root)]);
    while let Some(id) = open.pop() {
        if !found.insert(id.clone()) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id.as_str());
        let needed = node.and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let is_normal = |need: &&Value| {
            need["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
        };
        open.extend(needed.filter(is_normal).map(|need| text(&need["pkg"])));
    }
    found
}

fn component(package: &Value) -> Value {
    let (name, version) = (text(&package["name"]), text(&package["version"]));
    let mut component = json!({"type": "library", "name": name, "version": version, "purl": format!("pkg:cargo/{name}@{version}")});
    if let Some(license) = package["license"].as_str() {
        component["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    component
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_what_is_built_in_and_nothing_else() {
        let bill = bill().unwrap();
        let components = bill["components"].as_array().unwrap();
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        assert!(
            has("tokio") && has("sqlx") && has("agency") && components.len() > 200,
            "{}",
            components.len()
        );
        assert!(!has("proptest") && !has("xtask"), "tests are no part of it");
        assert!(components.iter().all(|component| component["licenses"].is_array()));
    }
}
