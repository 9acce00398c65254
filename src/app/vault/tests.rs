use super::*;
use crate::id::SeededEntropy;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("loa-vault-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_key_is_made_once_and_for_its_owner_alone() {
    let folder = Folder::new("made");
    let path = folder.0.join("loa.key");
    let first = key(&path, SeededEntropy::new(1).as_ref()).unwrap();
    assert_eq!(key(&path, SeededEntropy::new(2).as_ref()).unwrap(), first, "the one that is there stays");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "no draft is left behind");
}

#[test]
fn a_file_that_is_no_key_is_refused_and_not_overwritten() {
    let folder = Folder::new("broken");
    let path = folder.0.join("loa.key");
    for broken in ["", "abc", &"z".repeat(64), &"ab".repeat(33)] {
        fs::write(&path, broken).unwrap();
        let error = key(&path, SeededEntropy::new(1).as_ref()).unwrap_err().to_string();
        assert!(error.contains("64 hexadecimal digits"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}

#[test]
fn the_key_lies_beside_the_embedded_database_unless_it_is_named() {
    let path = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        key_path(&Settings::load(None, pairs.into_iter()).unwrap())
    };
    assert_eq!(path(&[("LOA__DATABASE__URL", "sqlite:data/xa.db")]).unwrap(), PathBuf::from("data/xa.key"));
    assert_eq!(path(&[("LOA__VAULT__KEY_FILE", "/run/loa.key")]).unwrap(), PathBuf::from("/run/loa.key"));
    let error = path(&[("LOA__DATABASE__URL", "postgres://db/loa")]).unwrap_err().to_string();
    assert!(error.contains("set vault.key_file"), "{error}");
}
