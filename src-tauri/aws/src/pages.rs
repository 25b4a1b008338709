//! Lists that come page by page.

use std::collections::HashSet;

/// No organisation has a hundred thousand accounts, no account as many roles: such a listing has no end.
const MOST_PAGES: usize = 1000;

/// Where a listing is.
#[derive(Default)]
pub(crate) struct Pages {
    /// What names the page to ask for; `None` for the first.
    pub next: Option<String>,
    seen: HashSet<String>,
}

impl Pages {
    /// Turns to the page that `next` names; `false` where there is none.
    pub fn turn(&mut self, next: Option<String>) -> Result<bool, &'static str> {
        self.next = next.filter(|token| !token.is_empty());
        let Some(token) = &self.next else {
            return Ok(false);
        };
        if !self.seen.insert(token.clone()) {
            return Err("its pages go round in a circle");
        }
        if self.seen.len() >= MOST_PAGES {
            return Err("its pages have no end");
        }
        Ok(true)
    }
}
