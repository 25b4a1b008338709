//! Colours that other tools write as hex, as hats.

use crate::account::HatColour;

/// The hat nearest to an RGB colour such as `F2B0A9`, with or without `#`: by its hue, and slate where it has hardly
/// any. The five colours of the console's switch-role page come out as red, orange, amber, green and blue.
///
/// `None` where `text` is no such colour.
pub(super) fn hat_of_hex(text: &str) -> Option<HatColour> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let part = |at: usize| i32::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(nearest(part(0)?, part(2)?, part(4)?))
}

fn nearest(red: i32, green: i32, blue: i32) -> HatColour {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let span = most - least;
    if span * 8 <= most {
        return HatColour::Slate;
    }
    // Degrees on the colour circle, red at 0.
    let hue = if most == red {
        60 * (green - blue) / span
    } else if most == green {
        120 + 60 * (blue - red) / span
    } else {
        240 + 60 * (red - green) / span
    };
    match hue.rem_euclid(360) {
        0..15 | 345..360 => HatColour::Red,
        15..35 => HatColour::Orange,
        35..66 => HatColour::Amber,
        66..160 => HatColour::Green,
        160..195 => HatColour::Teal,
        195..265 => HatColour::Blue,
        _ => HatColour::Pink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consoles_colours_and_others_find_their_hats() {
        for (hex, hat) in [
            ("F2B0A9", HatColour::Red),
            ("FBBF93", HatColour::Orange),
            ("FAD791", HatColour::Amber),
            ("b7ca9d", HatColour::Green),
            ("#99BCE3", HatColour::Blue),
            ("00c0b0", HatColour::Teal),
            ("ffaaee", HatColour::Pink),
            ("808080", HatColour::Slate),
            ("000000", HatColour::Slate),
        ] {
            assert_eq!(hat_of_hex(hex), Some(hat), "{hex}");
        }
        for wrong in ["", "red", "F2B0A", "F2B0A9A", "+2B0A9", "é2B0A"] {
            assert_eq!(hat_of_hex(wrong), None, "{wrong}");
        }
    }
}
