//! Gathers what a new project is given: the sources of the contract, the messages and the kit, their
//! manifests without this workspace, and the kit in C.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

type Done<T> = Result<T, Box<dyn Error>>;

/// Packages that a project in Rust carries in `vendor/`: name, and folder here and there.
const VENDORED: [(&str, &str); 3] =
    [("shouxin-plugin-abi", "abi"), ("shouxin-plugin-wire", "wire"), ("shouxin-plugin", "sdk")];

/// What a project in C carries: folder or file here, folder there.
const C_FILES: [(&str, &str); 4] = [
    ("abi/include/shouxin_plugin.h", "include"),
    ("abi/include/shouxin_plugin.hpp", "include"),
    ("c/kit", "kit"),
    ("c/vendor/cjson", "vendor/cjson"),
];

fn main() -> Done<()> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let plugins = here.parent().ok_or("no folder above")?.to_owned();
    let root = plugins.parent().ok_or("no folder above")?.to_owned();
    let workspace = read(&root.join("Cargo.toml"))?;

    let mut rust = Vec::new();
    for (package, folder) in VENDORED {
        let own = read(&plugins.join(folder).join("Cargo.toml"))?;
        let manifest = manifest(package, &own, &workspace)?;
        rust.push((format!("vendor/{folder}/Cargo.toml"), Content::Text(manifest)));
        gather(&plugins.join(folder).join("src"), &format!("vendor/{folder}/src"), &mut rust)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        rust.push((format!("vendor/{licence}"), Content::File(root.join(licence))));
    }
    gather(&here.join("templates/rust"), "", &mut rust)?;

    let mut c = Vec::new();
    for (from, to) in C_FILES {
        gather(&plugins.join(from), to, &mut c)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        c.push((format!("kit/{licence}"), Content::File(root.join(licence))));
    }
    gather(&here.join("templates/c"), "", &mut c)?;

    let mut code = String::new();
    constant(&mut code, "RUST", "Files of a project in Rust.", &rust)?;
    constant(&mut code, "C", "Files of a project in C.", &c)?;
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

enum Content {
    Text(String),
    File(PathBuf),
}

fn read(path: &Path) -> Done<Table> {
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(std::fs::read_to_string(path)?.parse()?)
}

/// Every file of a folder, or one file, except unit tests: they need more packages than authors do.
fn gather(from: &Path, to: &str, out: &mut Vec<(String, Content)>) -> Done<()> {
    println!("cargo::rerun-if-changed={}", from.display());
    let join = |name: &str| if to.is_empty() { name.to_owned() } else { format!("{to}/{name}") };
    if from.is_file() {
        let name = from.file_name().and_then(|name| name.to_str()).ok_or("no name")?;
        out.push((join(name), Content::File(from.to_owned())));
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(from)? {
        names.push(entry?.file_name().into_string().map_err(|_| "a name is not UTF-8")?);
    }
    names.sort();
    for name in names {
        let path = from.join(&name);
        let unit_tests = to.starts_with("vendor/") && name == "tests.rs";
        if path.is_dir() {
            gather(&path, &join(&name), out)?;
        } else if !unit_tests {
            gather(&path, to, out)?;
        }
    }
    Ok(())
}

fn constant(code: &mut String, name: &str, what: &str, files: &[(String, Content)]) -> Done<()> {
    writeln!(code, "/// {what}\npub(crate) const {name}: &[(&str, &str)] = &[")?;
    for (path, content) in files {
        match content {
            Content::Text(text) => writeln!(code, "    ({path:?}, {text:?}),")?,
            Content::File(file) => writeln!(code, "    ({path:?}, include_str!({file:?})),")?,
        }
    }
    writeln!(code, "];")?;
    Ok(())
}

/// A manifest that needs no workspace.
fn manifest(package: &str, own: &Table, workspace: &Table) -> Done<String> {
    let inherited = &workspace["workspace"]["package"];
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no text");
    let mut out = format!(
        "[package]\nname = {package:?}\ndescription = {:?}\nversion = {:?}\nedition = {:?}\n\
         rust-version = {:?}\nlicense = {:?}\npublish = false\n\n[dependencies]\n",
        text(&own["package"]["description"])?,
        text(&inherited["version"])?,
        text(&inherited["edition"])?,
        text(&inherited["rust-version"])?,
        text(&inherited["license"])?,
    );
    for name in own["dependencies"].as_table().ok_or("no dependencies")?.keys() {
        let vendored = VENDORED.iter().find(|(own, _)| own == name);
        let value = match vendored {
            Some((_, folder)) => Value::Table(Table::from_iter([(
                "path".to_owned(),
                Value::String(format!("../{folder}")),
            )])),
            None => workspace["workspace"]["dependencies"][name].clone(),
        };
        // One line each: a table in a table is written inline.
        writeln!(out, "{name} = {}", inline(&value)?)?;
    }
    Ok(out)
}

fn inline(value: &Value) -> Done<String> {
    Ok(match value {
        Value::Table(table) => {
            let fields: Done<Vec<String>> = table
                .iter()
                .map(|(key, value)| Ok(format!("{key} = {}", inline(value)?)))
                .collect();
            format!("{{ {} }}", fields?.join(", "))
        }
        Value::Array(items) => {
            let items: Done<Vec<String>> = items.iter().map(inline).collect();
            format!("[{}]", items?.join(", "))
        }
        other => other.to_string(),
    })
}
