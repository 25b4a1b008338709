#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::*;
use crate::s3::scan::order::InOrder;

/// A bucket in memory, listed as ListObjectsV2 does it, with a page of a few keys.
struct Bucket {
    keys: Vec<String>,
    page: usize,
    /// Prefixes that may not be listed.
    refused: fn(&PageAsk) -> bool,
    asked: usize,
}

impl Bucket {
    fn of(keys: impl IntoIterator<Item = String>, page: usize) -> Self {
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.sort();
        Self {
            keys,
            page,
            refused: |_| false,
            asked: 0,
        }
    }

    fn answer(&mut self, ask: &PageAsk) -> Result<Page, S3Failure> {
        self.asked += 1;
        if (self.refused)(ask) {
            return Err(refusal());
        }
        let after = ask
            .token
            .clone()
            .or_else(|| ask.after.clone())
            .unwrap_or_default();
        let mut page = Page {
            objects: Vec::new(),
            folders: Vec::new(),
            next: None,
            region: "eu-west-1".to_owned(),
        };
        let mut last = String::new();
        for key in self
            .keys
            .iter()
            .filter(|key| key.starts_with(&ask.prefix) && **key > after)
        {
            let folder = folder_of(&ask.prefix, key).filter(|_| ask.by_folder);
            if folder.is_some_and(|folder| {
                page.folders.last().is_some_and(|known| known == folder) || after.starts_with(folder)
            }) {
                continue;
            }
            if page.objects.len() + page.folders.len() == self.page {
                page.next = Some(last);
                break;
            }
            match folder {
                Some(folder) => {
                    last = end_of(folder);
                    page.folders.push(folder.to_owned());
                }
                None => {
                    last.clone_from(key);
                    page.objects.push(Listed {
                        key: key.clone(),
                        size: 1,
                        modified_at: None,
                        storage_class: None,
                        etag: None,
                    });
                }
            }
        }
        Ok(page)
    }
}

fn refusal() -> S3Failure {
    S3Failure::Denied(Box::new(hatrack_core::view::DenialView {
        summary: "no".to_owned(),
        code: "AccessDenied".to_owned(),
        message: String::new(),
        request_id: None,
        action: "s3:ListBucket".to_owned(),
        resource: None,
        longest_duration: None,
    }))
}

/// Walks as `Scan` does, `at_once` parts at a time, the last asked answered first.
fn walk(bucket: &mut Bucket, prefix: &str) -> (Vec<String>, Vec<String>) {
    let first = Task::first(prefix, true);
    let mut order = InOrder::new([first.from().to_owned()].into_iter());
    let mut waiting = BTreeMap::from([(first.from().to_owned(), first)]);
    let (mut found, mut sorted) = (Vec::new(), Vec::new());
    while let Some((_, task)) = waiting.pop_last() {
        let from = task.from().to_owned();
        let answer = bucket.answer(&task.ask());
        let after = task.after(answer, true).unwrap();
        for (_, objects) in &after.found {
            found.extend(objects.iter().map(|object| object.key.clone()));
        }
        order.put(
            &from,
            after.found,
            after.tasks.iter().map(|task| task.from().to_owned()),
        );
        for task in after.tasks {
            assert!(waiting.insert(task.from().to_owned(), task).is_none());
        }
        sorted.extend(order.take().into_iter().flatten().map(|object| object.key));
    }
    sorted.extend(order.take().into_iter().flatten().map(|object| object.key));
    assert_eq!(order.waiting(), 0);
    (found, sorted)
}

fn tree() -> Vec<String> {
    let mut keys = vec![
        "a".to_owned(),
        "a/".to_owned(),
        "b!".to_owned(),
        "b0".to_owned(),
        "zz".to_owned(),
        "//x".to_owned(),
    ];
    for folder in ["a/", "b/", "b/c/", "b/d/", "é/", "x/y/z/"] {
        keys.extend((0..40).map(|i| format!("{folder}{i:02}")));
    }
    keys.extend((0..30).map(|i| format!("m{i:02}")));
    keys
}

fn whole(bucket: &Bucket, prefix: &str) -> Vec<String> {
    bucket
        .keys
        .iter()
        .filter(|key| key.starts_with(prefix))
        .cloned()
        .collect()
}

#[test]
fn every_key_is_given_once_and_in_order_whatever_the_size_of_a_page() {
    for page in [1, 2, 3, 7, 10, 100, 1000] {
        for prefix in ["", "b", "b/", "b/c/", "nothing"] {
            let mut bucket = Bucket::of(tree(), page);
            let wanted = whole(&bucket, prefix);
            let (mut found, sorted) = walk(&mut bucket, prefix);
            assert_eq!(sorted, wanted, "in order, pages of {page}, below {prefix:?}");
            found.sort();
            assert_eq!(found, wanted, "pages of {page}, below {prefix:?}");
        }
    }
}

#[test]
fn what_is_refused_by_folder_is_read_as_one_list() {
    let refusals: [fn(&PageAsk) -> bool; 2] = [|ask| ask.by_folder, |ask| !ask.prefix.is_empty()];
    for refused in refusals {
        let mut bucket = Bucket::of(tree(), 10);
        bucket.refused = refused;
        let wanted = whole(&bucket, "");
        let (mut found, sorted) = walk(&mut bucket, "");
        assert_eq!(sorted, wanted);
        found.sort();
        assert_eq!(found, wanted);
    }
}

#[test]
fn large_folders_are_read_beside_each_other_and_small_ones_are_not() {
    let keys = |folders: usize, each: usize| {
        (0..folders).flat_map(move |f| (0..each).map(move |i| format!("{f:05}/{i:05}")))
    };
    let first_page = |keys: Vec<String>| {
        let mut bucket = Bucket::of(keys, 100);
        let task = Task::first("", true);
        let answer = bucket.answer(&task.ask());
        task.after(answer, true).unwrap().tasks.len()
    };
    assert_eq!(
        first_page(keys(10, 50).collect()),
        2,
        "a split: the folder's rest, and the folders after it"
    );
    assert_eq!(first_page(keys(500, 1).collect()), 1, "one list");
}

#[test]
fn a_refused_prefix_is_a_failure() {
    let task = Task::first("a/", true);
    assert!(matches!(
        task.after(Err(refusal()), true),
        Err(S3Failure::Denied(_))
    ));
}
