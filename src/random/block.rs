//! One block of ChaCha8: sixteen words found by key, stream and position (Bernstein 2008, "ChaCha, a variant of Salsa20").
//!
//! A draw by address needs a few words of one block; the crate that implements the cipher makes four at a time and keeps more
//! state. The words are the crate's: a test holds each against it.

/// Words of a block.
pub(super) const WORDS: usize = 16;
/// Double rounds of ChaCha8.
const DOUBLE_ROUNDS: usize = 4;
/// "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Four words of the state, worked on side by side.
type Row = [u32; 4];

fn add(a: Row, b: Row) -> Row {
    core::array::from_fn(|i| a[i].wrapping_add(b[i]))
}

/// `a` xor `b`, each word turned left by `N` bits.
fn mix<const N: u32>(a: Row, b: Row) -> Row {
    core::array::from_fn(|i| (a[i] ^ b[i]).rotate_left(N))
}

/// Four quarter rounds side by side.
fn quarter([mut a, mut b, mut c, mut d]: [Row; 4]) -> [Row; 4] {
    a = add(a, b);
    d = mix::<16>(d, a);
    c = add(c, d);
    b = mix::<12>(b, c);
    a = add(a, b);
    d = mix::<8>(d, a);
    c = add(c, d);
    b = mix::<7>(b, c);
    [a, b, c, d]
}

/// The row with its words moved so many places to the left.
fn turn<const N: usize>(row: Row) -> Row {
    core::array::from_fn(|i| row[(i + N) % 4])
}

/// The block at a position of a stream.
pub(super) fn block(key: &[u8; 32], stream: u64, position: u64) -> [u32; WORDS] {
    let word = |i: usize| u32::from_le_bytes(core::array::from_fn(|b| key[4 * i + b]));
    let (low, high) = (|x: u64| x as u32, |x: u64| (x >> 32) as u32);
    let place = [low(position), high(position), low(stream), high(stream)];
    let start = [CONSTANTS, core::array::from_fn(word), core::array::from_fn(|i| word(4 + i)), place];
    let mut state = start;
    for _ in 0..DOUBLE_ROUNDS {
        let [a, b, c, d] = quarter(state);
        // The second half of a double round works on diagonals.
        let [a, b, c, d] = quarter([a, turn::<1>(b), turn::<2>(c), turn::<3>(d)]);
        state = [a, turn::<3>(b), turn::<2>(c), turn::<1>(d)];
    }
    let mut out = [0; WORDS];
    for (to, (row, start)) in out.as_chunks_mut().0.iter_mut().zip(state.into_iter().zip(start)) {
        *to = add(row, start);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn words_are_those_of_the_crate() {
        for (seed, stream, position) in [(1_u8, 0_u64, 0_u64), (7, 3, 19_000 << 12), (255, u64::MAX, u64::MAX - 9)] {
            let bytes: [u8; 32] = core::array::from_fn(|i| seed.wrapping_mul(i as u8 + 3));
            let mut theirs = ChaCha8Rng::from_seed(bytes);
            theirs.set_stream(stream);
            theirs.set_word_pos(u128::from(position) * WORDS as u128);
            for next in 0..9 {
                let words: [u32; WORDS] = core::array::from_fn(|_| theirs.next_u32());
                assert_eq!(block(&bytes, stream, position.wrapping_add(next)), words, "{seed} {next}");
            }
        }
    }
}
