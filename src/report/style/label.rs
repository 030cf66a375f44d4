//! Labels that do not collide, and lines of text that fit.

use super::{Canvas, Lettering};

/// Moves labels apart along one axis: each wants a place, all are equally tall; the order is kept, the sum of moves small.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Pools of labels that touch, each placed around the mean of what its members want.
    let mut pools: Vec<(f64, Vec<usize>)> = Vec::new();
    for i in order {
        pools.push((wanted[i], vec![i]));
        while let [.., (a, left), (b, right)] = pools.as_slice() {
            let reach = gap * (left.len() + right.len()) as f64 / 2.0;
            if b - a >= reach {
                break;
            }
            let all: Vec<usize> = left.iter().chain(right).copied().collect();
            let n = all.len() as f64;
            let offset = |k: usize| (k as f64 - (n - 1.0) / 2.0) * gap;
            let center = all.iter().enumerate().map(|(k, i)| wanted[*i] - offset(k)).sum::<f64>() / n;
            pools.truncate(pools.len() - 2);
            pools.push((center, all));
        }
    }
    let mut placed = vec![0.0; wanted.len()];
    for (center, members) in &pools {
        let half = (members.len() as f64 - 1.0) / 2.0 * gap;
        let center = center.min(high - half).max(low + half);
        for (k, i) in members.iter().enumerate() {
            placed[*i] = center - half + k as f64 * gap;
        }
    }
    placed
}

/// A text, written as the picture's language writes it, in lines no wider than `width`; nothing for an empty text.
pub fn wrap(canvas: &Canvas<'_>, text: &str, width: f64, size: f64, bold: bool) -> Vec<String> {
    let lettering = if bold { Lettering::new(size).bold() } else { Lettering::new(size) };
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match lines.last_mut() {
            Some(line) if canvas.span(&format!("{line} {word}"), lettering) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_part_and_keep_their_order() {
        let placed = spread(&[10.0, 12.0, 11.0, 80.0], 10.0, 0.0, 100.0);
        assert_eq!(placed, vec![1.0, 21.0, 11.0, 80.0]);
        let crowded = spread(&[99.0, 99.5], 10.0, 0.0, 100.0);
        assert_eq!(crowded, vec![90.0, 100.0]);
    }
}
