//! The form of a backup: a line that says what it is, a salt, and sealed records. The first record is the manifest, those after it are
//! the copy of the database. Every record is sealed under its number and the salt, the last one also as the last: none can be changed,
//! moved, left out or brought in from another backup.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

use anyhow::{Context as _, ensure};
use sha2::{Digest as _, Sha256};

use super::Manifest;
use crate::app::private;
use crate::app::vault::hex;
use crate::id::Entropy;
use crate::platform::vault::seal::Sealer;

/// What the file begins with; the digit is the form.
const HEAD: &[u8] = b"LOABACKUP1\n";
/// Bytes that make one backup differ from every other.
const SALT: usize = 16;
/// Bytes of the database in a record.
const RECORD: usize = 256 << 10;
/// No sealed record is longer: the manifest is short, and sealing adds 29 bytes.
const LONGEST: usize = RECORD + (64 << 10);

fn label(salt: &[u8], number: u64, last: bool) -> String {
    format!("loa backup {} {number}{}", hex(salt), if last { " last" } else { "" })
}

/// Takes bytes in and keeps nothing but their hash.
struct Hasher(Sha256);

impl Hasher {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn end(self) -> String {
        hex(&self.0.finalize())
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The SHA-256 of a file, which may be longer than the memory.
///
/// # Errors
/// It cannot be read.
pub(super) fn hash(path: &Path) -> anyhow::Result<String> {
    let mut hasher = Hasher::new();
    std::io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.end())
}

/// Opens a backup for nothing but the hash of the copy in it.
///
/// # Errors
/// As for [`open`].
pub(super) fn hash_inside(archive: &Path, cipher: &Sealer) -> anyhow::Result<String> {
    let mut hasher = Hasher::new();
    open_to(archive, &mut hasher, cipher)?;
    Ok(hasher.end())
}

/// Writes a backup to `target`, which is made for its owner alone and is on the disk when this returns. Gives the SHA-256 of the copy.
///
/// # Errors
/// A file cannot be read or written.
pub(super) fn write(
    manifest: &Manifest,
    copy: &Path,
    target: &Path,
    cipher: &Sealer,
    entropy: &dyn Entropy,
) -> anyhow::Result<String> {
    let mut salt = [0_u8; SALT];
    entropy.fill(&mut salt);
    private::file(target)?;
    let mut out = BufWriter::new(File::options().write(true).truncate(true).open(target)?);
    out.write_all(HEAD)?;
    out.write_all(&salt)?;
    let mut source = File::open(copy)?;
    let (mut record, mut number) = (serde_json::to_vec(manifest)?, 0);
    let mut hasher = Hasher::new();
    loop {
        let next = full_record(&mut source)?;
        hasher.write_all(&next)?;
        let sealed = cipher.seal(&label(&salt, number, next.is_empty()), &record, entropy);
        let sealed = sealed.context("the cipher refuses a record")?;
        out.write_all(&u32::try_from(sealed.len())?.to_be_bytes())?;
        out.write_all(&sealed)?;
        if next.is_empty() {
            break;
        }
        (record, number) = (next, number + 1);
    }
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(hasher.end())
}

/// The next bytes, as many as a record holds; fewer only at the end.
fn full_record(source: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut record = Vec::new();
    source.take(RECORD as u64).read_to_end(&mut record)?;
    Ok(record)
}

/// Opens a backup, puts the copy of the database into `target`, and gives the manifest.
///
/// # Errors
/// It is no backup; the key is another one; it was changed or cut; a file cannot be read or written.
pub(super) fn open(archive: &Path, target: &Path, cipher: &Sealer) -> anyhow::Result<Manifest> {
    private::file(target)?;
    let mut out = File::options().write(true).truncate(true).open(target)?;
    let manifest = open_to(archive, &mut out, cipher)?;
    out.sync_all()?;
    Ok(manifest)
}

/// What a backup says of itself, without what is in it.
///
/// # Errors
/// As for [`open`].
pub(super) fn manifest(archive: &Path, cipher: &Sealer) -> anyhow::Result<Manifest> {
    let (mut source, salt) = begin(archive)?;
    let sealed = next(&mut source, 0)?.context("the backup was cut: nothing stands in it")?;
    let text = cipher.open(&label(&salt, 0, false), &sealed);
    let text = text.context("the backup does not open: the key is another one, or the file was changed or cut")?;
    serde_json::from_slice(&text).context("the manifest cannot be read")
}

/// A backup behind its head, and its salt.
fn begin(archive: &Path) -> anyhow::Result<(BufReader<File>, Vec<u8>)> {
    let file = File::open(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    let mut source = BufReader::new(file);
    let mut head = [0_u8; HEAD.len() + SALT];
    let is_whole = source.read_exact(&mut head).is_ok();
    ensure!(is_whole && head.starts_with(HEAD), "{} is no backup of Loa, or its head was changed", archive.display());
    Ok((source, head[HEAD.len()..].to_vec()))
}

fn open_to(archive: &Path, out: &mut impl Write, cipher: &Sealer) -> anyhow::Result<Manifest> {
    let (mut source, salt) = begin(archive)?;
    let (mut manifest, mut number) = (None, 0);
    let mut sealed = next(&mut source, 0)?.context("the backup was cut: nothing stands in it")?;
    loop {
        let following = next(&mut source, number + 1)?;
        let opened = cipher.open(&label(&salt, number, following.is_none()), &sealed);
        match (number, opened) {
            (0, None) => {
                anyhow::bail!("the backup does not open: the key is another one, or the file was changed or cut")
            }
            (_, None) => anyhow::bail!("the backup was changed or cut at record {number}"),
            (0, Some(text)) => manifest = Some(serde_json::from_slice(&text).context("the manifest cannot be read")?),
            (_, Some(text)) => out.write_all(&text)?,
        }
        let Some(following) = following else { break };
        (sealed, number) = (following, number + 1);
    }
    manifest.context("the backup has no manifest")
}

/// The next sealed record; none at the end of the file.
fn next(source: &mut impl Read, number: u64) -> anyhow::Result<Option<Vec<u8>>> {
    let mut length = [0_u8; 4];
    match source.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => cut(source.read_exact(&mut length[1..]), number)?,
    }
    let length = usize::try_from(u32::from_be_bytes(length))?;
    ensure!(length <= LONGEST, "the backup was changed or cut at record {number}");
    let mut sealed = vec![0_u8; length];
    cut(source.read_exact(&mut sealed), number)?;
    Ok(Some(sealed))
}

fn cut(read: std::io::Result<()>, number: u64) -> anyhow::Result<()> {
    match read {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            anyhow::bail!("the backup was changed or cut at record {number}")
        }
        read => Ok(read?),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::super::Contents;
    use super::*;
    use crate::id::SeededEntropy;

    /// Whether these bytes open as a backup.
    fn opens(folder: &Path, bytes: &[u8], cipher: &Sealer) -> bool {
        fs::write(folder.join("changed"), bytes).unwrap();
        open(&folder.join("changed"), &folder.join("opened"), cipher).is_ok()
    }

    #[test]
    fn records_can_neither_be_left_out_nor_moved_nor_added() {
        let folder = std::env::temp_dir().join(format!("loa-archive-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let contents = Contents { schema: 1, rows: BTreeMap::new(), entries: 0, head: String::new(), unsealed: 0 };
        let manifest = Manifest { made_at: String::new(), program: String::new(), contents };
        let copy: Vec<u8> = [vec![1; RECORD], vec![2; RECORD], vec![3; RECORD]].concat();
        fs::write(folder.join("copy"), &copy).unwrap();
        let (cipher, entropy) = (Sealer::new(&[7; 32]).unwrap(), SeededEntropy::new(1));
        let archive = folder.join("archive");
        write(&manifest, &folder.join("copy"), &archive, &cipher, entropy.as_ref()).unwrap();
        let whole = fs::read(&archive).unwrap();
        let length = 4 + 29 + RECORD;
        let (head, records) = whole.split_at(whole.len() - 3 * length);
        let part = |number: usize| &records[number * length..(number + 1) * length];
        let with = |numbers: &[usize]| {
            [&[head][..], &numbers.iter().map(|number| part(*number)).collect::<Vec<_>>()].concat().concat()
        };
        let changed = [&[0, 1][..], &[], &[1, 2], &[0, 2], &[1, 0, 2], &[0, 1, 2, 2]];
        let found: Vec<bool> = changed.iter().map(|numbers| opens(&folder, &with(numbers), &cipher)).collect();
        let same = opens(&folder, &with(&[0, 1, 2]), &cipher) && fs::read(folder.join("opened")).unwrap() == copy;
        fs::remove_dir_all(&folder).unwrap();
        assert!(same, "what was not changed opens to the same bytes");
        assert_eq!(found, vec![false; changed.len()], "{changed:?}");
    }
}
