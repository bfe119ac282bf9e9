//! What makes an RSA public key fit to be trusted, beyond being well-formed.

use super::jwk::KeyError;

/// Checks the length of the modulus, the exponent, and that the modulus is none of those that ROCA factors.
///
/// # Errors
/// The first of the three that fails.
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    // RFC 7518, section 6.3.1.1: the shortest form, so no zero byte in front. ring refuses such a key anyway, but only
    // when the first token comes.
    let first = *modulus.first().ok_or(KeyError::Malformed)?;
    if first == 0 {
        return Err(KeyError::Malformed);
    }
    if !MODULUS_BITS.contains(&bits(modulus, first)) {
        return Err(KeyError::ModulusLength);
    }
    check_exponent(exponent)?;
    if has_roca_shape(modulus) {
        return Err(KeyError::Roca);
    }
    Ok(())
}

/// 2048 is the least that RFC 7518, section 3.3, allows; 8192 the most that ring takes.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

fn bits(modulus: &[u8], first: u8) -> usize {
    let leading = usize::try_from(first.leading_zeros()).unwrap_or(8);
    modulus.len().saturating_mul(8).saturating_sub(leading)
}

/// FIPS 186-5, appendix A.1.1, asks for an odd exponent above 2^16; ring takes up to 2^33 - 1.
fn check_exponent(exponent: &[u8]) -> Result<(), KeyError> {
    let mut value = 0_u64;
    if exponent.first() == Some(&0) {
        return Err(KeyError::Malformed);
    }
    if exponent.len() > 5 {
        return Err(KeyError::Exponent);
    }
    for byte in exponent {
        value = (value << 8) | u64::from(*byte);
    }
    let in_range = (65_537..1 << 33).contains(&value);
    if !in_range || value & 1 == 0 {
        return Err(KeyError::Exponent);
    }
    Ok(())
}

/// Whether the modulus is, modulo each of these primes, a power of 65537: the mark of primes of the form
/// k·M + (65537^a mod M), which a widely used chip made and which can be factored (Nemec et al., "The Return of
/// Coppersmith's Attack", 2017, section 2.3). For a random modulus the chance is below one in 2^27.
fn has_roca_shape(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power_of_65537(remainder(modulus, *prime), *prime))
}

/// The primes that divide M for keys of every length that the chip makes.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[expect(
    clippy::arithmetic_side_effects,
    reason = "the values stay below 167 * 256 + 255, and no prime is 0"
)]
fn remainder(modulus: &[u8], prime: u32) -> u32 {
    modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime)
}

#[expect(clippy::arithmetic_side_effects, reason = "the values stay below 167 * 167, and no prime is 0")]
fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let generator = 65_537 % prime;
    let mut power = 1;
    loop {
        if power == value {
            return true;
        }
        power = power * generator % prime;
        if power == 1 {
            return false;
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the tests compute with small numbers that they choose")]
mod tests {
    use super::*;

    /// An odd modulus of that many bits that no check but the length refuses.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut bytes = vec![0xa5; bits.div_ceil(8)];
        bytes[0] = if bits.is_multiple_of(8) { 0x80 } else { 1 << (bits % 8 - 1) };
        bytes
    }

    const USUAL_EXPONENT: &[u8] = &[1, 0, 1];

    #[test]
    fn the_modulus_has_2048_to_8192_bits() {
        for (bits, outcome) in [
            (2047, Err(KeyError::ModulusLength)),
            (2048, Ok(())),
            (8192, Ok(())),
            (8193, Err(KeyError::ModulusLength)),
        ] {
            assert_eq!(check(&modulus(bits), USUAL_EXPONENT), outcome, "{bits}");
        }
        assert_eq!(check(&[], USUAL_EXPONENT), Err(KeyError::Malformed));
        let padded = [vec![0], modulus(2048)].concat();
        assert_eq!(check(&padded, USUAL_EXPONENT), Err(KeyError::Malformed));
    }

    #[test]
    fn the_exponent_is_odd_and_between_65537_and_2_to_the_33() {
        for (exponent, outcome, why) in [
            (&[1, 0, 1][..], Ok(()), "65537"),
            (&[1, 0, 3], Ok(()), "65539"),
            (&[0xff, 0xff], Err(KeyError::Exponent), "65535"),
            (&[3], Err(KeyError::Exponent), "3"),
            (&[1], Err(KeyError::Exponent), "1 leaves every message as it is"),
            (&[1, 0, 2], Err(KeyError::Exponent), "even"),
            (&[1, 0xff, 0xff, 0xff, 0xff], Ok(()), "2^33 - 1"),
            (&[2, 0, 0, 0, 1], Err(KeyError::Exponent), "2^33 + 1"),
            (&[1, 0, 0, 0, 0, 1], Err(KeyError::Exponent), "six bytes"),
            (&[0, 1, 0, 1], Err(KeyError::Malformed), "a zero in front"),
            (&[], Err(KeyError::Exponent), "nothing"),
        ] {
            assert_eq!(check(&modulus(2048), exponent), outcome, "{why}");
        }
    }

    #[test]
    fn remainders_and_powers_are_those_of_wide_arithmetic() {
        for (modulus, prime, rest) in
            [(&[1, 0][..], 7, 256 % 7), (&[2, 3, 4], 167, 0x02_03_04 % 167), (&[], 3, 0)]
        {
            assert_eq!(remainder(modulus, prime), rest, "{modulus:?} modulo {prime}");
        }
        for prime in PRIMES {
            let mut powers = vec![1_u32];
            for exponent in 1..prime {
                // 65537 is 2^16 + 1.
                let before = powers[exponent as usize - 1];
                powers.push(((before << 16) + before) % prime);
            }
            for value in 0..prime {
                assert_eq!(
                    is_power_of_65537(value, prime),
                    powers.contains(&value),
                    "{value} modulo {prime}"
                );
            }
        }
    }

    #[test]
    fn a_power_of_65537_has_the_roca_shape_and_its_neighbour_has_not() {
        // 65537^129 = (2^16 + 1)^129, by repeated multiplication: shift by two bytes and add.
        let mut power = vec![1_u8];
        for _ in 0..129 {
            let shifted = [power.as_slice(), &[0, 0]].concat();
            let mut carry = 0_u16;
            let mut sum: Vec<u8> = Vec::new();
            for (index, byte) in shifted.iter().rev().enumerate() {
                let other = power.iter().rev().nth(index).copied().unwrap_or(0);
                let total = u16::from(*byte) + u16::from(other) + carry;
                sum.push((total & 0xff) as u8);
                carry = total >> 8;
            }
            if carry > 0 {
                sum.push(carry as u8);
            }
            sum.reverse();
            power = sum;
        }
        assert_eq!(check(&power, USUAL_EXPONENT), Err(KeyError::Roca));
        let last = power.len() - 1;
        power[last] ^= 2;
        assert_eq!(check(&power, USUAL_EXPONENT), Ok(()));
    }
}
