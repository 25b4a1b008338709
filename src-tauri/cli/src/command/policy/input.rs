//! Policies from files and from standard input.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use hatrack_core::policy::{Kind, Policy};

use crate::failure::Failure;

/// More than any policy; a file that was given by mistake is not read to its end.
const LONGEST: u64 = 1 << 20;

/// Reads FILE, or standard input for `-`.
pub fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let done = if file.as_os_str() == "-" {
        io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|open| open.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    let name = file.display();
    done.map_err(|why| {
        Failure::refused(format!(
            "{name} could not be read: {why}; give the file of a policy"
        ))
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::refused(format!(
            "{name} is larger than any policy; give the file of a policy"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::refused(format!("{name} is not written in UTF-8; save it as UTF-8")))
}

/// Reads a policy of a kind; a fault is named with its file and line.
pub fn policy(file: &Path, kind: Kind) -> Result<Policy, Failure> {
    Policy::parse(kind, &read(file)?).map_err(|fault| {
        let name = file.display();
        Failure::refused(format!("{name}: {fault}; see hat policy lint {name}"))
    })
}
