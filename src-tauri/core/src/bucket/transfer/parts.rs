//! The sizes that S3 allows. Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits".

/// Parts of one upload.
pub const MOST_PARTS: u64 = 10_000;
/// What CopyObject takes at once: 5 GiB.
pub const LARGEST_COPY: u64 = 5 * 1024 * 1024 * 1024;

const MIB: u64 = 1024 * 1024;

/// The size of the parts of an object of `total` bytes: at least `least`, whole MiB, and so that they are not more
/// than S3 takes.
pub fn part_size(total: u64, least: u64) -> u64 {
    least.max(total.div_ceil(MOST_PARTS).div_ceil(MIB) * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_object_has_at_most_ten_thousand_parts() {
        for total in [
            0,
            1,
            8 * MIB,
            80_000 * MIB,
            80_000 * MIB + 1,
            50 * 1024_u64.pow(4),
        ] {
            let part = part_size(total, 8 * MIB);
            assert!(total.div_ceil(part) <= MOST_PARTS && part >= 8 * MIB);
        }
        assert_eq!(part_size(80_000 * MIB, 8 * MIB), 8 * MIB);
    }
}
