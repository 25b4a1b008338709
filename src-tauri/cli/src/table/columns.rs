//! How wide columns are, and where a cell goes on in the next line.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column narrower than this says nothing any more; a terminal that is narrower still breaks the lines itself.
const LEAST: usize = 8;

/// The widths of columns in a line of `room` columns: the widest give first, none below its least.
pub(super) fn fit(natural: &[usize], least: &[usize], gap: usize, room: Option<usize>) -> Vec<usize> {
    let gaps = gap * natural.len().saturating_sub(1);
    let Some(room) = room.map(|room| room.saturating_sub(gaps)) else {
        return natural.to_vec();
    };
    // The highest level at which they fit: columns below it stay as they are.
    let at = |level: usize| -> Vec<usize> {
        let floors = least.iter().map(|least| (*least).max(LEAST));
        let widths = natural.iter().zip(floors);
        widths
            .map(|(width, floor)| (*width).min(level.max(floor)))
            .collect()
    };
    let (mut fits, mut wide) = (0, natural.iter().copied().max().unwrap_or_default() + 1);
    while wide - fits > 1 {
        let level = fits + (wide - fits) / 2;
        match at(level).iter().sum::<usize>() <= room {
            true => fits = level,
            false => wide = level,
        }
    }
    let mut widths = at(fits);
    // What is left over goes to those that gave.
    let mut spare = room.saturating_sub(widths.iter().sum());
    for (width, natural) in widths.iter_mut().zip(natural) {
        if spare > 0 && *width < *natural {
            *width += 1;
            spare -= 1;
        }
    }
    widths
}

/// The pieces of `text`, each at most `width` columns wide, broken at blanks where there are some.
pub(super) fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let end = end_within(rest, width);
        if end == rest.len() {
            break;
        }
        let (piece, next) = match rest[..end].rfind(' ') {
            // The blank may also be the one right behind.
            _ if rest[end..].starts_with(' ') => rest.split_at(end),
            Some(blank) if blank > 0 => rest.split_at(blank),
            _ => rest.split_at(end),
        };
        pieces.push(piece.trim_end());
        rest = next.trim_start();
    }
    pieces.push(rest);
    pieces
}

/// Where the letters that fit into `width` columns end; at least one letter does.
fn end_within(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or_default();
        if used > width && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_first_and_all_room_is_used() {
        assert_eq!(fit(&[10, 60, 40], &[4, 4, 4], 2, None), [10, 60, 40]);
        assert_eq!(fit(&[10, 60, 40], &[4, 4, 4], 2, Some(200)), [10, 60, 40]);
        assert_eq!(fit(&[10, 60, 40], &[4, 4, 4], 2, Some(100)), [10, 46, 40]);
        assert_eq!(fit(&[10, 60, 40], &[4, 4, 4], 2, Some(65)), [10, 26, 25]);
        assert_eq!(fit(&[10, 60, 40], &[4, 20, 4], 2, Some(3)), [8, 20, 8]);
        assert!(fit(&[], &[], 2, Some(80)).is_empty());
    }

    #[test]
    fn a_text_is_broken_at_blanks_or_where_it_must_be() {
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("one two", 8), ["one two"]);
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("exactly8 more", 8), ["exactly8", "more"]);
        assert_eq!(wrap("elevenchars", 8), ["elevench", "ars"]);
        assert_eq!(wrap("監査ロール", 8), ["監査ロー", "ル"]);
        assert_eq!(wrap("監査", 1), ["監", "査"]);
        assert_eq!(
            wrap("e\u{301}e\u{301}e\u{301}", 2),
            ["e\u{301}e\u{301}", "e\u{301}"]
        );
    }
}
