//! Journals of transfers in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hatrack_core::bucket::transfer::{Journal, Journals};

/// Journals in memory.
#[derive(Default, Clone)]
pub struct InMemory(pub Arc<Mutex<HashMap<String, Vec<u8>>>>);

struct One(InMemory, String);

impl Journals for InMemory {
    fn open(&self, id: &str) -> std::io::Result<Option<Box<dyn Journal>>> {
        Ok(Some(Box::new(One(self.clone(), id.to_owned()))))
    }

    fn all(&self) -> std::io::Result<Vec<(String, std::io::Result<Vec<u8>>)>> {
        let all = self.0.lock().unwrap().clone().into_iter();
        Ok(all.map(|(id, text)| (id, Ok(text))).collect())
    }
}

impl Journal for One {
    fn read(&self) -> std::io::Result<Vec<u8>> {
        Ok(self.0.0.lock().unwrap().get(&self.1).cloned().unwrap_or_default())
    }

    fn append(&self, text: &str) -> std::io::Result<()> {
        let mut all = self.0.0.lock().unwrap();
        all.entry(self.1.clone())
            .or_default()
            .extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn replace(&self, text: &str) -> std::io::Result<()> {
        self.0
            .0
            .lock()
            .unwrap()
            .insert(self.1.clone(), text.as_bytes().to_vec());
        Ok(())
    }

    fn remove(&self) -> std::io::Result<()> {
        self.0.0.lock().unwrap().remove(&self.1);
        Ok(())
    }
}
