//! Checks that a well-formed RSA public key is trustworthy.

use super::key_error::KeyError;

/// Checks the length of the modulus, the exponent, and that ROCA does not factor the modulus.
///
/// # Errors
/// The first check that fails.
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    // RFC 7518, section 6.3.1.1: the shortest form, without leading zero bytes. ring rejects such a key too, but only when
    // it verifies.
    let first = *modulus.first().ok_or(KeyError::Malformed)?;
    if first == 0 {
        return Err(KeyError::Malformed);
    }
    if !MODULUS_BITS.contains(&bits(modulus, first)) {
        return Err(KeyError::ModulusLength);
    }
    check_exponent(exponent)?;
    if has_roca_form(modulus) {
        return Err(KeyError::Roca);
    }
    Ok(())
}

/// 2048 is the minimum of RFC 7518, section 3.3; 8192 is ring's maximum.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

fn bits(modulus: &[u8], first: u8) -> usize {
    let leading = usize::try_from(first.leading_zeros()).unwrap_or(8);
    modulus.len().saturating_mul(8).saturating_sub(leading)
}

/// FIPS 186-5, appendix A.1.1, requires an odd exponent above 2^16; ring's maximum is 2^33 - 1.
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

/// Whether the modulus is a power of 65537 modulo each of these primes. This identifies products of primes of the form
/// k·M + (65537^a mod M), which a widely used chip generated and which can be factored (Nemec et al., "The Return of
/// Coppersmith's Attack", 2017, section 2.3). The probability for a random modulus is below 2^-27.
fn has_roca_form(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power_of_65537(remainder(modulus, *prime), *prime))
}

/// The primes that divide M for every key length of the chip.
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

    /// An odd modulus with this many bits. Only the check of the length can reject it.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut bytes = vec![0xa5; bits.div_ceil(8)];
        bytes[0] = if bits.is_multiple_of(8) { 0x80 } else { 1 << (bits % 8 - 1) };
        bytes
    }

    const USUAL_EXPONENT: &[u8] = &[1, 0, 1];

    #[test]
    fn accepts_modulus_of_2048_to_8192_bits() {
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
    fn accepts_odd_exponent_from_65537_to_2_to_the_33() {
        for (exponent, outcome, why) in [
            (&[1, 0, 1][..], Ok(()), "65537"),
            (&[1, 0, 3], Ok(()), "65539"),
            (&[0xff, 0xff], Err(KeyError::Exponent), "65535"),
            (&[3], Err(KeyError::Exponent), "3"),
            (&[1], Err(KeyError::Exponent), "1 does not change the message"),
            (&[1, 0, 2], Err(KeyError::Exponent), "even"),
            (&[1, 0xff, 0xff, 0xff, 0xff], Ok(()), "2^33 - 1"),
            (&[2, 0, 0, 0, 1], Err(KeyError::Exponent), "2^33 + 1"),
            (&[1, 0, 0, 0, 0, 1], Err(KeyError::Exponent), "six bytes"),
            (&[0, 1, 0, 1], Err(KeyError::Malformed), "a leading zero"),
            (&[], Err(KeyError::Exponent), "empty"),
        ] {
            assert_eq!(check(&modulus(2048), exponent), outcome, "{why}");
        }
    }

    #[test]
    fn remainders_and_powers_match_wide_arithmetic() {
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
    fn rejects_power_of_65537_but_not_its_neighbour() {
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
