//! Runs put aside as they finish, so that a program that is killed loses only those in flight.
//!
//! A journal begins with the study's id; each record is its length, the first 16 bytes of its BLAKE3 hash, and the row. What
//! a killed program left half-written fails its hash and is cut off.

use super::FileError;
use crate::study::Row;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const HASH: usize = 16;

/// A journal of the runs of one shard.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Member, arm and place of each record.
    index: Vec<(u32, u32, u64)>,
}

impl Journal {
    /// Opens or begins the journal of a study at a path; one of another study is begun anew.
    ///
    /// # Errors
    /// [`FileError::Refused`].
    pub fn open(path: &Path, id: &str) -> Result<Self, FileError> {
        let refused = FileError::at(path);
        let open = || -> std::io::Result<Self> {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            let mut journal = Self { path: path.into(), file, index: Vec::new() };
            let head = format!("hashwatt journal 1 {id}\n");
            let whole = journal.read_index(head.as_bytes())?;
            journal.file.set_len(whole)?;
            journal.file.seek(SeekFrom::Start(whole))?;
            if whole == 0 {
                journal.file.write_all(head.as_bytes())?;
            }
            Ok(journal)
        };
        open().map_err(refused)
    }

    /// Reads what is there and gives the length of what is whole.
    fn read_index(&mut self, head: &[u8]) -> std::io::Result<u64> {
        let size = self.file.metadata()?.len();
        let mut from = BufReader::new(&self.file);
        let mut found = vec![0; head.len()];
        if from.read_exact(&mut found).is_err() || found != head {
            return Ok(0);
        }
        let mut at = head.len() as u64;
        let mut index = Vec::new();
        loop {
            let mut front = [0; 4 + HASH];
            if from.read_exact(&mut front).is_err() {
                break;
            }
            let (length, hash) = front.split_at(4);
            let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
            let next = at + front.len() as u64 + u64::from(length);
            if next > size {
                break;
            }
            let mut bytes = vec![0; length as usize];
            if from.read_exact(&mut bytes).is_err() || digest(&bytes) != hash {
                break;
            }
            let Ok(row) = Row::from_bytes(&bytes) else { break };
            index.push((row.member, row.arm, at + 4 + HASH as u64));
            at = next;
        }
        self.index = index;
        Ok(at)
    }

    /// Whether a run is there.
    pub fn has(&self, member: u32, arm: u32) -> bool {
        self.index.iter().any(|r| (r.0, r.1) == (member, arm))
    }
    /// Number of runs that are there.
    pub fn len(&self) -> usize {
        self.index.len()
    }
    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
    /// The runs that are there: member and arm.
    pub fn known(&self) -> std::collections::BTreeSet<(u32, u32)> {
        self.index.iter().map(|r| (r.0, r.1)).collect()
    }

    /// Puts a run aside.
    ///
    /// # Errors
    /// [`FileError::Refused`], such as of a full disk; what was put aside before stays.
    pub fn append(&mut self, row: &Row) -> Result<(), FileError> {
        let bytes = row.to_bytes();
        let at = self.file.stream_position().map_err(FileError::at(&self.path))?;
        write_record(&mut self.file, &bytes).map_err(FileError::at(&self.path))?;
        self.index.push((row.member, row.arm, at + 4 + HASH as u64));
        Ok(())
    }

    /// All rows in member order, arms within a member, read one at a time; one that cannot be read ends them.
    ///
    /// # Errors
    /// [`FileError::Refused`] if the journal cannot be read from its start.
    pub fn rows(&self) -> Result<impl Iterator<Item = Row> + '_, FileError> {
        let mut order = self.index.clone();
        order.sort_unstable();
        order.dedup_by_key(|r| (r.0, r.1));
        let mut file = File::open(&self.path).map_err(FileError::at(&self.path))?;
        Ok(order.into_iter().map_while(move |(_, _, at)| {
            file.seek(SeekFrom::Start(at - (4 + HASH) as u64)).ok()?;
            let mut front = [0; 4 + HASH];
            file.read_exact(&mut front).ok()?;
            let length = u32::from_le_bytes([front[0], front[1], front[2], front[3]]);
            let mut bytes = vec![0; length as usize];
            file.read_exact(&mut bytes).ok()?;
            Row::from_bytes(&bytes).ok()
        }))
    }

    /// Takes it away.
    ///
    /// # Errors
    /// [`FileError::Refused`].
    pub fn remove(self) -> Result<(), FileError> {
        super::remove(&self.path)
    }
}

fn digest(bytes: &[u8]) -> [u8; HASH] {
    let mut out = [0; HASH];
    out.copy_from_slice(&blake3::hash(bytes).as_bytes()[..HASH]);
    out
}

/// A record in one write, so that little is torn.
fn write_record(to: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    let mut record = Vec::with_capacity(bytes.len() + 4 + HASH);
    record.extend((bytes.len() as u32).to_le_bytes());
    record.extend(digest(bytes));
    record.extend(bytes);
    to.write_all(&record)?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Kept;

    fn row(member: u32) -> Row {
        let kept = Kept { numbers: vec![("mining_gwh", None, f64::from(member))], ..Kept::default() };
        Row { member, arm: 0, inputs: Vec::new(), outcome: Ok(kept) }
    }

    #[test]
    fn what_was_torn_is_cut_off_and_the_rest_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("j");
        let mut journal = Journal::open(&path, "id").unwrap();
        for member in [2, 0, 1] {
            journal.append(&row(member)).unwrap();
        }
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..40 {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut journal = Journal::open(&path, "id").unwrap();
            assert_eq!(journal.len(), 2, "{cut} bytes torn off");
            journal.append(&row(7)).unwrap();
            let members: Vec<u32> = journal.rows().unwrap().map(|r| r.member).collect();
            assert_eq!(members, [0, 2, 7]);
        }
        assert!(Journal::open(&path, "another").unwrap().is_empty(), "a journal of another study is begun anew");
    }

    #[test]
    fn a_full_disk_is_told_and_keeps_what_was_there() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                if self.0 < bytes.len() {
                    return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
                }
                self.0 -= bytes.len();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut disk = Full(100);
        assert!(write_record(&mut disk, &[0; 60]).is_ok());
        let error = write_record(&mut disk, &[0; 60]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}
