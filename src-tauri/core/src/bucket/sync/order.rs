//! The order of a listing.

use std::cmp::Ordering;

/// Orders the entries of one folder so that a walk that goes down where it meets a folder finds whole names in S3's
/// order, which is that of their UTF-8 bytes: `a-b` comes before what is in `a`, since `-` is less than `/`.
///
/// Each is a name and whether it is a folder. Source: Amazon S3 User Guide, "Listing object keys programmatically".
pub fn tree_order(one: (&str, bool), other: (&str, bool)) -> Ordering {
    bytes(one).cmp(bytes(other))
}

fn bytes((name, folder): (&str, bool)) -> impl Iterator<Item = u8> + '_ {
    name.bytes().chain(folder.then_some(b'/'))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Folder(BTreeMap<String, Option<Folder>>);

    impl Folder {
        fn put(&mut self, path: &str) {
            match path.split_once('/') {
                None => {
                    self.0.entry(path.to_owned()).or_insert(None);
                }
                Some((folder, rest)) => {
                    let below = self.0.entry(folder.to_owned()).or_insert(None);
                    below.get_or_insert_with(Folder::default).put(rest);
                }
            }
        }

        fn walk(&self, above: &str, found: &mut Vec<String>) {
            let mut entries: Vec<_> = self.0.iter().collect();
            entries.sort_by(|one, other| tree_order((one.0, one.1.is_some()), (other.0, other.1.is_some())));
            for (name, below) in entries {
                match below {
                    None => found.push(format!("{above}{name}")),
                    Some(below) => below.walk(&format!("{above}{name}/"), found),
                }
            }
        }
    }

    fn walked(paths: &BTreeSet<String>) -> Vec<String> {
        let mut root = Folder::default();
        paths.iter().for_each(|path| root.put(path));
        let mut found = Vec::new();
        root.walk("", &mut found);
        found
    }

    #[test]
    fn a_folder_comes_where_its_keys_do() {
        let paths = ["a!", "a-b", "a/b", "a0", "b/c", "b.d"].map(str::to_owned).into();
        assert_eq!(walked(&paths), ["a!", "a-b", "a/b", "a0", "b.d", "b/c"]);
    }

    proptest! {
        #[test]
        fn a_walk_finds_names_in_the_order_of_their_bytes(
            paths in prop::collection::btree_set("([a\u{e9}\u{10000}!/.-]{0,3}/)?[ab!.~\u{ff5e}\u{1f600}-]{1,3}", 0..60)
        ) {
            // Names that a file system can hold, without those that are a file and a folder at once.
            let honest = |path: &&String| path.split('/').all(|name| !name.is_empty());
            let paths: BTreeSet<String> = paths.iter().filter(honest).cloned().collect();
            let both = |path: &&String| !paths.iter().any(|other| other.starts_with(&format!("{path}/")));
            let paths: BTreeSet<String> = paths.iter().filter(both).cloned().collect();
            let found = walked(&paths);
            let mut sorted: Vec<String> = paths.into_iter().collect();
            sorted.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
            prop_assert_eq!(found, sorted);
        }
    }
}
