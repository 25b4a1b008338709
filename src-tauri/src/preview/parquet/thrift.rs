//! As much of Thrift's compact protocol as tells how large a file says its parts are, before anybody believes it.
//! Apache Thrift, "Thrift Compact protocol encoding"; Apache Parquet, `parquet.thrift`.

/// Groups within groups: the library goes down one by one.
const DEEPEST: usize = 48;
const MOST_FIELDS: usize = 50_000;
const DEEPEST_SKIP: u8 = 16;

/// Why a structure is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The bytes end within it; more of them may help.
    #[error("it breaks off")]
    Short,
    /// It cannot be what it says it is.
    #[error("it contradicts itself")]
    Odd,
    /// It is larger than anybody needs.
    #[error("its schema is larger than a preview reads")]
    TooLarge,
}

type Result<T> = std::result::Result<T, Wrong>;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or(Wrong::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn advance(&mut self, by: u64) -> Result<()> {
        let by = usize::try_from(by).map_err(|_| Wrong::Odd)?;
        let to = self.at.checked_add(by).ok_or(Wrong::Odd)?;
        if to > self.bytes.len() {
            return Err(Wrong::Short);
        }
        self.at = to;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Wrong::Odd)
    }

    fn zigzag(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A field's type and ID; `None` at the structure's end. Writers number upwards, and a field that comes twice would
    /// say two things.
    fn field(&mut self, last: &mut i64) -> Result<Option<(u8, i64)>> {
        let head = self.byte()?;
        if head & 0x0f == 0 {
            return Ok(None);
        }
        let id = match head >> 4 {
            0 => self.zigzag()?,
            delta => *last + i64::from(delta),
        };
        if id <= *last || id > i64::from(i16::MAX) {
            return Err(Wrong::Odd);
        }
        *last = id;
        Ok(Some((head & 0x0f, id)))
    }

    /// The value of a field that must be a count.
    fn count(&mut self, of: u8) -> Result<u64> {
        if of != I32 {
            return Err(Wrong::Odd);
        }
        let value = i32::try_from(self.zigzag()?).map_err(|_| Wrong::Odd)?;
        u64::try_from(value).map_err(|_| Wrong::Odd)
    }

    fn list(&mut self) -> Result<(u64, u8)> {
        let head = self.byte()?;
        let size = match head >> 4 {
            15 => self.varint()?,
            size => size.into(),
        };
        Ok((size, head & 0x0f))
    }

    fn skip(&mut self, of: u8, depth: u8) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or(Wrong::Odd)?;
        match of {
            TRUE | FALSE => {}
            3 => self.advance(1)?,
            4..=6 => drop(self.varint()?),
            7 => self.advance(8)?,
            8 => {
                let length = self.varint()?;
                self.advance(length)?;
            }
            LIST | 10 => {
                let (size, of) = self.list()?;
                for _ in 0..size {
                    self.skip_element(of, depth)?;
                }
            }
            11 => {
                let size = self.varint()?;
                let of = if size > 0 { self.byte()? } else { 0 };
                for _ in 0..size {
                    self.skip_element(of >> 4, depth)?;
                    self.skip_element(of & 0x0f, depth)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((of, _)) = self.field(&mut last)? {
                    self.skip(of, depth)?;
                }
            }
            _ => return Err(Wrong::Odd),
        }
        Ok(())
    }

    /// In a list a truth value takes a byte.
    fn skip_element(&mut self, of: u8, depth: u8) -> Result<()> {
        match of {
            TRUE | FALSE => self.advance(1),
            of => self.skip(of, depth),
        }
    }
}

/// Refuses metadata whose schema would be a burden to build.
pub fn check_schema(metadata: &[u8]) -> Result<()> {
    const SCHEMA: i64 = 2;
    let mut reader = Reader {
        bytes: metadata,
        at: 0,
    };
    let mut last = 0;
    while let Some((of, id)) = reader.field(&mut last)? {
        match (id, of) {
            (SCHEMA, LIST) => return check_elements(&mut reader),
            _ => reader.skip(of, DEEPEST_SKIP)?,
        }
    }
    Err(Wrong::Odd)
}

/// The schema is a tree, written down from above: each element says how many of the following are its children.
fn check_elements(reader: &mut Reader<'_>) -> Result<()> {
    const CHILDREN: i64 = 5;
    let (size, of) = reader.list()?;
    if of != STRUCT {
        return Err(Wrong::Odd);
    }
    if size > MOST_FIELDS as u64 {
        return Err(Wrong::TooLarge);
    }
    let mut open: Vec<u64> = Vec::new();
    for _ in 0..size {
        let (mut last, mut children) = (0, 0);
        while let Some((of, id)) = reader.field(&mut last)? {
            match id {
                CHILDREN => children = reader.count(of)?,
                _ => reader.skip(of, DEEPEST_SKIP)?,
            }
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > DEEPEST {
            return Err(Wrong::TooLarge);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Ok(())
}

/// What a page says of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageHead {
    /// `PageType`: 0 data, 1 index, 2 dictionary, 3 data of the second form.
    pub kind: u64,
    /// Bytes once unpacked.
    pub unpacked: u64,
    /// Bytes as they lie in the file, without this head.
    pub packed: u64,
    /// Values in it.
    pub values: u64,
    /// In the second form, bytes before the values, which are never packed.
    pub levels: u64,
    /// In the second form, whether the values are packed.
    pub is_packed: bool,
    /// Bytes of this head.
    pub length: usize,
}

pub const INDEX_PAGE: u64 = 1;
pub const DICTIONARY_PAGE: u64 = 2;

/// The head that `bytes` begin with.
pub fn page_head(bytes: &[u8]) -> Result<PageHead> {
    let mut reader = Reader { bytes, at: 0 };
    let mut head = PageHead {
        is_packed: true,
        ..PageHead::default()
    };
    let mut last = 0;
    while let Some((of, id)) = reader.field(&mut last)? {
        match id {
            1 => head.kind = reader.count(of)?,
            2 => head.unpacked = reader.count(of)?,
            3 => head.packed = reader.count(of)?,
            5 | 7 | 8 if of == STRUCT => kind_head(&mut reader, id == 8, &mut head)?,
            5 | 7 | 8 => return Err(Wrong::Odd),
            _ => reader.skip(of, DEEPEST_SKIP)?,
        }
    }
    head.length = reader.at;
    Ok(head)
}

/// The part of the head that belongs to its kind.
fn kind_head(reader: &mut Reader<'_>, second_form: bool, head: &mut PageHead) -> Result<()> {
    let mut last = 0;
    while let Some((of, id)) = reader.field(&mut last)? {
        match (second_form, id) {
            // Of several heads the largest count is held against the limits.
            (_, 1) => head.values = head.values.max(reader.count(of)?),
            (true, 5 | 6) => head.levels += reader.count(of)?,
            (true, 7) if matches!(of, TRUE | FALSE) => head.is_packed = of == TRUE,
            (true, 7) => return Err(Wrong::Odd),
            _ => reader.skip(of, DEEPEST_SKIP)?,
        }
    }
    Ok(())
}

/// How many values a run of DELTA_BINARY_PACKED says it has, and where it ends (Apache Parquet, "Encodings").
pub fn delta_run(bytes: &[u8]) -> Result<(u64, usize)> {
    let mut reader = Reader { bytes, at: 0 };
    let (block, minis, count) = (reader.varint()?, reader.varint()?, reader.varint()?);
    reader.zigzag()?;
    if minis == 0 || block == 0 || block > 1 << 20 || !block.is_multiple_of(minis) {
        return Err(Wrong::Odd);
    }
    let in_mini = block / minis;
    let mut left = count.saturating_sub(1);
    while left > 0 {
        reader.zigzag()?;
        let widths = reader.at;
        reader.advance(minis)?;
        for mini in widths..reader.at {
            if left == 0 {
                break;
            }
            reader.advance(in_mini * u64::from(reader.bytes[mini]) / 8)?;
            left = left.saturating_sub(in_mini);
        }
    }
    Ok((count, reader.at))
}
