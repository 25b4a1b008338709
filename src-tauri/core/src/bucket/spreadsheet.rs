//! Text that goes into a CSV file. Spreadsheets execute cells that look like formulas.

use std::borrow::Cow;

/// What a formula starts with; the wide forms are taken for the narrow ones where East Asian input is usual.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a CSV field that no spreadsheet takes for a formula: one that starts like a formula gets a `'` before
/// it (OWASP, "CSV Injection"), and quotes are added where RFC 4180 asks for them.
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(FORMULA);
    let quoted = text.contains(['"', ',', '\n', '\r']);
    match (formula, quoted) {
        (false, false) => Cow::Borrowed(text),
        (true, false) => Cow::Owned(format!("'{text}")),
        (formula, true) => {
            let mark = if formula { "'" } else { "" };
            Cow::Owned(format!("\"{mark}{}\"", text.replace('"', "\"\"")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c44_a_key_that_is_a_formula_is_prefixed() {
        assert_eq!(
            cell("=HYPERLINK(\"http://x\")"),
            "\"'=HYPERLINK(\"\"http://x\"\")\""
        );
        for formula in ["+1", "-1", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠A1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(cell("\n=1"), "\"'\n=1\"");
        assert_eq!(cell("a,b\n\"c\""), "\"a,b\n\"\"c\"\"\"");
        assert_eq!(cell("logs/2026-11-22.txt"), "logs/2026-11-22.txt");
    }
}
