//! Files that a person names on the command line, read up to a limit and never half.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

/// All bytes of a file of at most `most` bytes.
///
/// # Errors
/// One line with the path: it cannot be read, is no file, or is longer.
pub fn read_bytes(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).with_context(|| format!("cannot read {shown}"))?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    anyhow::ensure!(length <= most, "{shown} is longer than {most} bytes: give a smaller file");
    Ok(bytes)
}

/// A text of at most `most` bytes, without the mark that some editors put in front and with plain line ends.
///
/// # Errors
/// As [`read_bytes`]; a text that is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> anyhow::Result<String> {
    let text = String::from_utf8(read_bytes(path, most)?).ok();
    let text = text.with_context(|| format!("{} is not UTF-8 text: save it as UTF-8 and try again", path.display()))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Written(PathBuf);

    impl Written {
        fn new(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("loa-input-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).unwrap();
            Self(path)
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        let file = Written::new("limit", &[b'a'; 10]);
        assert_eq!(read_bytes(&file.0, 10).unwrap().len(), 10);
        assert!(read_bytes(&file.0, 9).unwrap_err().to_string().contains("longer than 9 bytes"));
    }

    #[test]
    fn a_text_from_another_system_reads_like_one_from_here() {
        let file = Written::new("text", "\u{feff}một\r\nhai\n".as_bytes());
        assert_eq!(read_text(&file.0, 100).unwrap(), "một\nhai\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_the_way_out() {
        let file = Written::new("latin", &[0x54, 0xf4, 0x69]);
        assert!(read_text(&file.0, 100).unwrap_err().to_string().contains("UTF-8"));
        assert!(read_text(Path::new("/no/such/file"), 100).is_err());
    }
}
