//! How much drawing a picture of text asks for. An element may stand for another by its name, and that one for others:
//! a thousand bytes can ask for more than any computer draws, in the process that shows all of the page.
//!
//! What is counted is what a viewer would draw, roughly and rather too much: each element, and for each name in it all
//! that the name stands for. A picture that asks for more than a large honest one is shown as text.

use std::collections::HashMap;

/// Elements drawn. A detailed map has some 100,000.
const MOST_DRAWN: u64 = 500_000;
/// Elements within elements.
const DEEPEST: usize = 500;
/// Bytes that entities may become.
const MOST_EXPANDED: usize = 4 * 1024 * 1024;
/// Filters that take as long as their numbers say.
const SLOW: [&str; 3] = ["<feTurbulence", "<feConvolveMatrix", "<feMorphology"];

/// Whether a picture can be given to the page to draw.
pub fn is_modest(text: &str) -> bool {
    !SLOW.iter().any(|filter| text.contains(filter))
        && expanded(text).is_some_and(|size| size <= MOST_EXPANDED)
        && Tree::of(text).is_some_and(|tree| tree.drawn() <= MOST_DRAWN)
}

/// Bytes that entities make of the text at most; `None` where one stands within another.
fn expanded(text: &str) -> Option<usize> {
    let mut longest = 0;
    for declared in text.split("<!ENTITY").skip(1) {
        let declared = declared.split('>').next().unwrap_or_default();
        if declared.contains('&') || declared.contains('%') {
            return None;
        }
        longest = longest.max(declared.len());
    }
    Some(longest.saturating_mul(text.matches('&').count()))
}

/// The elements, each after the one that it is in.
#[derive(Debug, Default)]
struct Tree<'a> {
    elements: Vec<Element<'a>>,
    /// What rules of style name, for any of the elements.
    ruled: Vec<&'a str>,
    named: HashMap<&'a str, usize>,
}

#[derive(Debug, Default)]
struct Element<'a> {
    within: Vec<usize>,
    /// What it names: `#a` in `href="#a"` and in `url(#a)`.
    names: Vec<&'a str>,
}

impl<'a> Tree<'a> {
    /// `None` where it is too deep, or is no markup.
    fn of(text: &'a str) -> Option<Self> {
        let mut tree = Self::default();
        tree.elements.push(Element::default());
        let mut open = vec![0];
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            // What stands between tags may be rules of style.
            names_in(&rest[..at], &mut tree.ruled);
            rest = &rest[at..];
            let passed = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
            if let Some((begin, end)) = passed.iter().find(|(begin, _)| rest.starts_with(begin)) {
                let length = rest.get(begin.len()..)?.find(end)? + begin.len() + end.len();
                if *begin == "<![CDATA[" {
                    names_in(&rest[..length], &mut tree.ruled);
                }
                rest = &rest[length..];
                continue;
            }
            let length = tag_length(rest)?;
            let tag = &rest[..length];
            rest = &rest[length..];
            if tag.starts_with("</") {
                open.pop().filter(|_| !open.is_empty())?;
                continue;
            }
            let number = tree.elements.len();
            let mut element = Element::default();
            names_in(tag, &mut element.names);
            if let Some(id) = id_of(tag) {
                tree.named.insert(id, number);
            }
            tree.elements.push(element);
            tree.elements.get_mut(*open.last()?)?.within.push(number);
            if !tag.ends_with("/>") {
                open.push(number);
            }
            if open.len() > DEEPEST {
                return None;
            }
        }
        Some(tree)
    }

    /// Elements drawn in all, as far as they are counted.
    fn drawn(&self) -> u64 {
        let mut known = vec![Known::Not; self.elements.len()];
        let Some(mut drawn) = self.cost(0, &mut known, 0) else {
            return u64::MAX;
        };
        let all = self.elements.len() as u64;
        for number in self.ruled.iter().filter_map(|name| self.named.get(name)) {
            let ruled = self.cost(*number, &mut known, 0).unwrap_or(u64::MAX);
            drawn = drawn.saturating_add(ruled.saturating_mul(all));
        }
        drawn
    }

    /// What one stands for; `None` where names lead too deep.
    fn cost(&self, number: usize, known: &mut [Known], depth: usize) -> Option<u64> {
        match known.get(number)? {
            Known::Cost(cost) => return Some(*cost),
            // Whoever draws stops there too.
            Known::Open => return Some(1),
            Known::Not => {}
        }
        if depth > 2 * DEEPEST {
            return None;
        }
        known[number] = Known::Open;
        let element = self.elements.get(number)?;
        let named = element.names.iter().filter_map(|name| self.named.get(name));
        let mut cost = 1u64;
        for each in element.within.iter().chain(named) {
            cost = cost.saturating_add(self.cost(*each, known, depth + 1)?);
        }
        known[number] = Known::Cost(cost);
        Some(cost)
    }
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Not,
    Open,
    Cost(u64),
}

/// Up to the end of a tag: a `>` in a value does not end it.
fn tag_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn names_in<'a>(text: &'a str, names: &mut Vec<&'a str>) {
    names.extend(text.split('#').skip(1).map(|after| {
        let end = after.find(['"', '\'', ')', ';', ' ']).unwrap_or(after.len());
        &after[..end]
    }));
}

fn id_of(tag: &str) -> Option<&str> {
    let after = tag.split_once(" id=").or_else(|| tag.split_once("\nid="))?.1;
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inner: &str) -> String {
        format!("<?xml version='1.0'?><!-- > --><svg xmlns='http://www.w3.org/2000/svg'>{inner}</svg>")
    }

    #[test]
    fn pictures_as_programs_write_them_are_modest() {
        let glyphs: String = (0..2000).map(|n| format!("<use x='{n}' href='#g'/>")).collect();
        let chart = format!("<defs><g id='g'><path d='M0 0'/></g></defs>{glyphs}");
        let loops = "<g id='a'><use href='#b'/></g><g id='b'><use href=\"#a\"/></g>";
        let style = "<style>.a > b {fill:url(#p)}</style><linearGradient id='p'/><rect class='a' title='a>b' fill='#fff'/>";
        for picture in [chart.as_str(), loops, style, "<rect/>"] {
            assert!(is_modest(&svg(picture)), "{picture}");
        }
        let doctype = "<!DOCTYPE svg [<!ENTITY ns 'http://ns.example/'>]><svg xmlns:a='&ns;'/>";
        assert!(is_modest(doctype));
    }

    #[test]
    fn what_multiplies_itself_is_not() {
        let tenfold = |n: usize| {
            let inner: String = (0..10).map(|_| format!("<use href='#l{n}'/>")).collect();
            format!("<g id='l{}'>{inner}</g>", n + 1)
        };
        let levels: String = (0..12).map(tenfold).collect();
        let bomb = svg(&format!("<rect id='l0'/>{levels}<use href='#l12'/>"));
        assert!(bomb.len() < 4000 && !is_modest(&bomb));
        // The other way round, and by what fills.
        let backwards: String = (0..12).rev().map(tenfold).collect();
        assert!(!is_modest(&svg(&backwards)));
        assert!(!is_modest(&svg(&levels
            .replace("href='#", "fill='url(#")
            .replace("'/>", ")'/>"))));
        let dense = "<rect/>".repeat(1000);
        let styled = format!("<style>*{{fill:url(#p)}}</style><pattern id='p'>{dense}</pattern>{dense}");
        assert!(!is_modest(&svg(&styled)));
        let laughs = "<!DOCTYPE svg [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>";
        assert!(!is_modest(laughs));
        let long = format!(
            "<!DOCTYPE svg [<!ENTITY a '{}'>]><svg>{}</svg>",
            "x".repeat(10_000),
            "&a;".repeat(1000)
        );
        assert!(!is_modest(&long));
        assert!(!is_modest(&svg(&"<g>".repeat(5000))));
        assert!(!is_modest(&svg(
            "<filter><feTurbulence numOctaves='999999999'/></filter>"
        )));
        assert!(!is_modest(&svg("<g never='closed")));
    }
}
