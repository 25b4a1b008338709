//! Positioned reads and writes, off the async threads.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crc_fast::Digest;

use super::super::S3Failure;
use super::Shared;

/// Takes the room now, so that a full disk is known before the first byte.
pub fn reserve(file: &std::fs::File, size: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if size > 0 {
        use rustix::fs::{FallocateFlags, fallocate, fstatvfs};
        use rustix::io::Errno;
        // Looked at first: a reservation that fails half-way has taken all there was until then from everybody else.
        let found = fstatvfs(file)?;
        if found.f_blocks > 0 && found.f_bavail.saturating_mul(found.f_frsize) < size {
            return Err(Errno::NOSPC.into());
        }
        match fallocate(file, FallocateFlags::empty(), 0, size) {
            // Some file systems cannot; they get a file with holes.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            Err(why) => return Err(why.into()),
        }
    }
    file.set_len(size)
}

/// Writes `frames` one after the other from `offset` on, and takes them into the digest on the way: off the async
/// threads, where the ranges of one object would wait for each other.
pub async fn write_at(
    file: &Shared,
    frames: Vec<Bytes>,
    offset: u64,
    mut digest: Digest,
    path: &Path,
) -> Result<Digest, S3Failure> {
    let file = file.clone();
    let path = path.to_owned();
    blocking(move || {
        frames.iter().for_each(|frame| digest.update(frame));
        write_frames(&file, &frames, offset).map_err(|why| failed(&path, "written", why))?;
        Ok(digest)
    })
    .await
}

#[cfg(target_os = "linux")]
fn write_frames(file: &std::fs::File, frames: &[Bytes], mut offset: u64) -> io::Result<()> {
    /// As many as Linux takes in one call (`IOV_MAX`).
    const MOST: usize = 1024;
    for some in frames.chunks(MOST) {
        let mut slices: Vec<io::IoSlice<'_>> = some.iter().map(|frame| io::IoSlice::new(frame)).collect();
        let mut left = &mut slices[..];
        // Empty ones would read as a disk that takes nothing.
        io::IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match rustix::io::pwritev(file, left, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    offset += written as u64;
                    io::IoSlice::advance_slices(&mut left, written);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(why) => return Err(why.into()),
            }
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn write_frames(file: &std::fs::File, frames: &[Bytes], mut offset: u64) -> io::Result<()> {
    for frame in frames {
        write_all_at(file, frame, offset)?;
        offset += frame.len() as u64;
    }
    Ok(())
}

/// Writes all of `bytes` at `offset`.
#[cfg(unix)]
pub fn write_all_at(file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Writes all of `bytes` at `offset`.
#[cfg(windows)]
pub fn write_all_at(file: &std::fs::File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => {
                bytes = &bytes[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

/// Gives the bytes `start..end` to `take`, piece by piece. Whether they were all there.
pub fn read_range(
    file: &std::fs::File,
    start: u64,
    end: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<bool> {
    let mut buffer = vec![0; 256 * 1024];
    let mut at = start;
    while at < end {
        let most = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
        match read_at(file, &mut buffer[..most], at) {
            Ok(0) => return Ok(false),
            Ok(n) => {
                take(&buffer[..n]);
                at += n as u64;
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn read_at(file: &std::fs::File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &std::fs::File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}

/// Runs `work` where it may block.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, S3Failure> + Send + 'static,
) -> Result<T, S3Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(failed(
            Path::new("the file"),
            "written",
            io::Error::other(stopped),
        )),
    }
}

/// The disk refused.
pub fn failed(path: impl Into<PathBuf>, doing: &'static str, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.into(),
        doing,
        why,
    }
}
