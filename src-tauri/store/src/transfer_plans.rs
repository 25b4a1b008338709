//! What the window was transferring when it was closed, so that it can go on the next time. Holds no secret.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::home::Home;
use crate::private;

/// The longest list that is read.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The list of unfinished transfers, in the order they were asked for.
#[derive(Debug, Clone)]
pub struct TransferPlans {
    path: PathBuf,
}

impl TransferPlans {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            path: home.transfers().join("plans.json"),
        }
    }

    /// Writes the list in one step. What cannot be written, such as a path that is no text, is left out.
    pub fn save<T: Serialize>(&self, plans: &[T]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(&self.path);
        if plans.is_empty() && !self.path.exists() {
            return Ok(());
        }
        private::folder(folder).map_err(io::Error::other)?;
        let plans: Vec<Value> = plans
            .iter()
            .filter_map(|plan| serde_json::to_value(plan).ok())
            .collect();
        private::replace(&self.path, &serde_json::to_vec(&plans)?)
    }

    /// Reads it. What is not understood, such as a plan of a later version, is left out.
    pub fn load<T: DeserializeOwned>(&self) -> io::Result<Vec<T>> {
        let size = match fs::metadata(&self.path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            found => found?.len(),
        };
        if size > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let plans: Vec<Value> = serde_json::from_slice(&fs::read(&self.path)?)?;
        Ok(plans
            .into_iter()
            .filter_map(|plan| serde_json::from_value(plan).ok())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_kept_and_what_is_not_understood_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let plans = TransferPlans::of(&Home::at(folder.path()));
        assert_eq!(plans.load::<u32>().unwrap(), Vec::<u32>::new());
        plans
            .save(&[Value::from(1), Value::from("two"), Value::from(3)])
            .unwrap();
        assert_eq!(plans.load::<u32>().unwrap(), [1, 3]);
        plans.save::<u32>(&[]).unwrap();
        assert_eq!(plans.load::<u32>().unwrap(), Vec::<u32>::new());
    }

    #[test]
    fn a_torn_list_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let plans = TransferPlans::of(&home);
        plans.save(&[1]).unwrap();
        fs::write(home.transfers().join("plans.json"), "[1").unwrap();
        assert!(plans.load::<u32>().is_err());
    }
}
