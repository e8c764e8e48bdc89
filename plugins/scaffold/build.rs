//! Gathers what a new project is given: the sources of the contract, the messages and the kit, their
//! manifests without this workspace, the versions that this workspace was tested with, and the kit in C.

use std::collections::BTreeMap;
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
    let lock = read(&root.join("Cargo.lock"))?;

    let mut rust = Vec::new();
    for (package, folder) in VENDORED {
        let own = read(&plugins.join(folder).join("Cargo.toml"))?;
        let (manifest, _) = manifest(package, &own, &workspace)?;
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
    let locked = locked(&lock, &workspace, &plugins)?;
    let locked: Vec<_> = locked.into_iter().map(|(key, text)| (key, Content::Text(text))).collect();
    constant(&mut code, "LOCKED", "Packages of `Cargo.lock`, by name and version.", &locked)?;
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed={}", root.join("Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
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

/// A manifest that needs no workspace, and the names of what it depends on.
fn manifest(package: &str, own: &Table, workspace: &Table) -> Done<(String, Vec<String>)> {
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
    let mut names = Vec::new();
    for name in own["dependencies"].as_table().ok_or("no dependencies")?.keys() {
        names.push(name.clone());
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
    Ok((out, names))
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

/// The part of this workspace's lock file that a project in Rust needs: what the vendored packages depend
/// on, and all below it. By `name version`, in the order of the lock file.
fn locked(lock: &Table, workspace: &Table, plugins: &Path) -> Done<BTreeMap<String, String>> {
    let mut packages = BTreeMap::<String, Vec<&Table>>::new();
    for package in lock["package"].as_array().ok_or("no packages")? {
        let package = package.as_table().ok_or("no package")?;
        let name = package["name"].as_str().ok_or("no name")?;
        packages.entry(name.to_owned()).or_default().push(package);
    }
    let find = |wanted: &str| -> Done<&Table> {
        let (name, version) = wanted.split_once(' ').map_or((wanted, None), |(n, v)| (n, Some(v)));
        packages
            .get(name)
            .into_iter()
            .flatten()
            .find(|found| version.is_none_or(|version| found["version"].as_str() == Some(version)))
            .copied()
            .ok_or_else(|| format!("{wanted} is not in Cargo.lock").into())
    };
    let dependencies = |package: &Table| -> Done<Vec<String>> {
        let name = package["name"].as_str().ok_or("no name")?;
        let listed: Vec<String> = package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let Some((_, folder)) = VENDORED.iter().find(|(own, _)| *own == name) else {
            return Ok(listed);
        };
        // The lock file lists what only tests of the vendored packages need, too.
        let own = read(&plugins.join(folder).join("Cargo.toml"))?;
        let (_, needed) = manifest(name, &own, workspace)?;
        let named = |full: &String| needed.iter().any(|own| full.split(' ').next() == Some(own));
        Ok(listed.into_iter().filter(named).collect())
    };
    let mut chosen = BTreeMap::<String, &Table>::new();
    let mut open: Vec<String> = VENDORED.iter().map(|(name, _)| (*name).to_owned()).collect();
    while let Some(next) = open.pop() {
        let package = find(&next)?;
        let name = package["name"].as_str().ok_or("no name")?;
        let key = format!("{name} {}", package["version"].as_str().ok_or("no version")?);
        if chosen.insert(key, package).is_none() {
            open.extend(dependencies(package)?);
        }
    }
    let unique =
        |name: &str| chosen.keys().filter(|key| key.split(' ').next() == Some(name)).count() == 1;
    let mut out = BTreeMap::new();
    for (key, package) in &chosen {
        let mut text = String::from("[[package]]\n");
        for field in ["name", "version", "source", "checksum"] {
            if let Some(value) = package.get(field).and_then(Value::as_str) {
                writeln!(text, "{field} = {value:?}")?;
            }
        }
        let mut below = dependencies(package)?;
        for name in &mut below {
            // A version is written only where there are two of a name.
            let short = name.split(' ').next().unwrap_or_default().to_owned();
            if unique(&short) {
                *name = short;
            }
        }
        if !below.is_empty() {
            text.push_str("dependencies = [\n");
            below.iter().try_for_each(|name| writeln!(text, " {name:?},"))?;
            text.push_str("]\n");
        }
        out.insert(key.clone(), text);
    }
    Ok(out)
}
