//! What Loa is built from, read from Cargo.lock: one registry, one TLS stack, one copy of what must be single.
//! `cargo deny` says more where it is installed; this says the essential everywhere.

use super::source::root;

struct Package {
    name: String,
    version: String,
    source: Option<String>,
}

fn packages(lock: &str) -> Vec<Package> {
    let lock: toml::Table = lock.parse().unwrap();
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let packages = lock["package"].as_array().unwrap().iter();
    packages
        .map(|package| Package {
            name: text(package, "name").unwrap(),
            version: text(package, "version").unwrap(),
            source: text(package, "source"),
        })
        .collect()
}

fn locked() -> Vec<Package> {
    packages(&std::fs::read_to_string(root().join("Cargo.lock")).unwrap())
}

fn versions<'a>(packages: &'a [Package], name: &str) -> Vec<&'a str> {
    packages.iter().filter(|package| package.name == name).map(|package| package.version.as_str()).collect()
}

/// The crates of the workspace.
const OURS: [&str; 2] = ["loa", "loa-sandbox"];

/// Packages of other origin than the public registry, our own excepted.
fn foreign(packages: &[Package]) -> Vec<&str> {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let ours = |package: &&Package| OURS.contains(&package.name.as_str()) && package.source.is_none();
    let known = |package: &&Package| package.source.as_deref() == Some(registry);
    packages.iter().filter(|package| !ours(package) && !known(package)).map(|package| package.name.as_str()).collect()
}

/// TLS stacks that bring a C library or a second provider.
fn banned(packages: &[Package]) -> Vec<&str> {
    let names = ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "boring"];
    packages.iter().map(|package| package.name.as_str()).filter(|name| names.contains(name)).collect()
}

#[test]
fn everything_comes_from_the_one_public_registry() {
    assert_eq!(foreign(&locked()), Vec::<&str>::new());
}

#[test]
fn there_is_one_tls_stack() {
    let packages = locked();
    assert_eq!(banned(&packages), Vec::<&str>::new());
    assert_eq!(versions(&packages, "rustls").len(), 1);
}

#[test]
fn there_is_one_http_client_and_one_database_driver() {
    let packages = locked();
    for name in ["reqwest", "sqlx", "sqlx-core", "tokio", "axum", "hyper", "libsqlite3-sys"] {
        assert_eq!(versions(&packages, name).len(), 1, "{name}: {:?}", versions(&packages, name));
    }
}

#[test]
fn a_planted_package_is_found() {
    let lock = "[[package]]\nname = \"openssl\"\nversion = \"1.0.0\"\nsource = \"git+https://example.org/x\"\n\
                [[package]]\nname = \"reqwest\"\nversion = \"0.12.0\"\n[[package]]\nname = \"reqwest\"\nversion = \"0.13.0\"\n";
    let packages = packages(lock);
    assert_eq!(foreign(&packages), ["openssl", "reqwest", "reqwest"]);
    assert_eq!(banned(&packages), ["openssl"]);
    assert_eq!(versions(&packages, "reqwest"), ["0.12.0", "0.13.0"]);
}
