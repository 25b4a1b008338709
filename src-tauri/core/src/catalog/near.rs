//! Names that are almost another name.

/// How many letters have to be changed, added, dropped or swapped with the next one to turn `a` into `b`; `None`
/// when it is more than `most`. Case does not count.
pub(crate) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = vec![usize::MAX; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|d| *d > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= most)
}

/// How many slips are still a slip and not another word.
pub(crate) fn tolerance(text: &str) -> usize {
    match text.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_are_counted() {
        assert_eq!(distance("role_arn", "role_arn", 2), Some(0));
        assert_eq!(distance("rolearn", "role_arn", 2), Some(1));
        assert_eq!(distance("soruce_profile", "source_profile", 2), Some(1));
        assert_eq!(distance("Region", "regoin", 2), Some(1));
        assert_eq!(distance("output", "region", 2), None);
        assert_eq!(distance("", "ab", 2), Some(2));
    }
}
