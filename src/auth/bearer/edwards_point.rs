//! Checks that an Ed25519 public key of 32 bytes is trustworthy.

use super::key_error::KeyError;

/// Checks that the bytes are the canonical encoding of their point (RFC 8032, section 5.1.2) and that the point does not
/// have small order.
///
/// ring checks neither. With a key of small order, a forged signature is valid for at least one in eight messages.
///
/// # Errors
/// [`KeyError::NotCanonical`] or [`KeyError::SmallOrder`].
pub(super) fn check(encoded: &[u8; 32]) -> Result<(), KeyError> {
    let mut y = *encoded;
    let [.., last] = &mut y;
    // The highest bit is the sign of x. Points of small order are rejected with either sign, even if x is zero.
    *last &= 0x7f;
    if y.iter().rev().ge(P.iter().rev()) {
        return Err(KeyError::NotCanonical);
    }
    if SMALL_ORDER_Y.contains(&y) {
        return Err(KeyError::SmallOrder);
    }
    Ok(())
}

/// The field's prime, 2^255 - 19, little-endian like all numbers here.
const P: [u8; 32] = little_endian_ends(0xed, 0xff, 0x7f);

/// The y coordinates of the eight points whose order divides eight. A test computes them from the curve.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    // Order 4, both signs of x.
    little_endian_ends(0, 0, 0),
    // Order 1, the neutral element: x is zero.
    little_endian_ends(1, 0, 0),
    // Order 2: y is -1 and x is zero.
    little_endian_ends(0xec, 0xff, 0x7f),
    // Order 8, both signs of x, twice.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// A number from its lowest byte, the value of the thirty bytes in the middle, and its highest byte.
const fn little_endian_ends(lowest: u8, middle: u8, highest: u8) -> [u8; 32] {
    let mut number = [middle; 32];
    number[0] = lowest;
    number[31] = highest;
    number
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use curve25519_dalek::constants::EIGHT_TORSION;

    use super::*;

    #[test]
    fn table_holds_the_y_coordinates_of_the_small_orders() {
        let computed: BTreeSet<[u8; 32]> = EIGHT_TORSION
            .iter()
            .map(|point| {
                let mut y = point.compress().to_bytes();
                y[31] &= 0x7f;
                y
            })
            .collect();
        assert_eq!(BTreeSet::from(SMALL_ORDER_Y), computed);
    }
}
