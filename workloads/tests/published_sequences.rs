//! The bundled language models and recommenders against their published sizes.
//!
//! Embeddings, biases and layer normalisation are no layers here; each test adds them by hand.

use stationary_workloads::{Dim, Network, RightOperand, zoo};

fn find(name: &str) -> Network {
    zoo::find(name).unwrap_or_else(|error| panic!("{error}"))
}

fn check(name: &str, macs: u64, weights: u64) {
    let network = find(name);
    assert_eq!(network.name(), name);
    assert_eq!(network.macs(), macs, "MACs of {name}");
    assert_eq!(network.weights(), weights, "weights of {name}");
}

/// Multiply-accumulates of `layers` decoder or encoder layers of width `h` (feed-forward 4 h) on
/// `s` tokens that each attend to `context`: Narayanan et al., Efficient Large-Scale Language
/// Model Training on GPU Clusters, SC 2021, appendix (24 s h^2 (1 + s / 6 h) operations forward).
const fn transformer(layers: u64, h: u64, s: u64, context: u64) -> u64 {
    layers * (12 * s * h * h + 2 * s * context * h)
}

/// Biases and the two layer normalisations of a layer of width `h` with feed-forward 4 h.
const fn small_parameters(h: u64) -> u64 {
    (4 * h + 4 * h + h) + 2 * (2 * h)
}

#[test]
fn bert_base() {
    check(
        "bert_base",
        transformer(12, 768, 384, 384) + 384 * 2 * 768,
        84_936_192,
    );
    // 108,893,186 parameters of Hugging Face's BertForQuestionAnswering (bert-base-uncased); the
    // embeddings are words, positions, segments and a normalisation.
    let embeddings = (30_522 + 512 + 2) * 768 + 2 * 768;
    let parameters = find("bert_base").weights() + embeddings + 12 * small_parameters(768) + 2;
    assert_eq!(parameters, 108_893_186);
}

#[test]
fn gpt2() {
    let vocabulary = 768 * 50_257;
    check(
        "gpt2_prefill",
        transformer(12, 768, 1024, 1024) + vocabulary,
        123_532_032,
    );
    check(
        "gpt2_decode",
        transformer(12, 768, 1, 1024) + vocabulary,
        123_532_032,
    );
    // 124,439,808 parameters of the released model: the vocabulary layer is the word embedding;
    // positions and a last normalisation come on top.
    let parameters =
        find("gpt2_decode").weights() + 1024 * 768 + 12 * small_parameters(768) + 2 * 768;
    assert_eq!(parameters, 124_439_808);
}

#[test]
fn llama7b() {
    // Feed-forward of three products of 4096 x 11008; attention over 2048 positions.
    let layer = 4 * 4096 * 4096 + 3 * 4096 * 11_008;
    check("llama7b_prefill", 2048 * (layer + 2 * 2048 * 4096), layer);
    check("llama7b_decode", layer + 2 * 2048 * 4096, layer);
    // 6,738,415,616 parameters of the released model: 32 layers with two normalisations each, a
    // last normalisation, and separate embedding and vocabulary layers of 32,000 words.
    let parameters = 32 * (find("llama7b_decode").weights() + 2 * 4096) + 4096 + 2 * 32_000 * 4096;
    assert_eq!(parameters, 6_738_415_616);
}

#[test]
fn gnmt() {
    check("gnmt", 211_091_456, 211_026_944);
    // Shazeer et al., Outrageously Large Neural Networks, ICLR 2017, table 2: GNMT has 278 million
    // parameters and 214 million operations a time step. The paper on GNMT leaves some widths of
    // its attention open: within 2 %.
    let network = find("gnmt");
    let embeddings = 2 * 32_000 * 1024;
    let biases = 17 * 4096 + 32_000;
    let near = |value: u64, published: u64| value.abs_diff(published) * 50 <= published;
    assert!(near(network.weights() + embeddings + biases, 278_000_000));
    assert!(near(network.macs(), 214_000_000));
}

#[test]
fn ncf() {
    check("ncf", 100 * 106_624, 106_624);
    // 31,832,577 parameters of the MovieLens 20M model of MLPerf training 0.5: embeddings of 64
    // and 128 for each user and item, and biases.
    let embeddings = (138_493 + 26_744) * (64 + 128);
    let biases = 256 + 128 + 64 + 1;
    assert_eq!(find("ncf").weights() + embeddings + biases, 31_832_577);
}

#[test]
fn transformer_base() {
    // Six encoder layers, six decoder layers with 4 h^2 more and a second attention, vocabulary.
    let cross = 6 * (4 * 128 * 512 * 512 + 2 * 128 * 128 * 512);
    let macs = transformer(12, 512, 128, 128) + cross + 128 * 512 * 37_000;
    check("transformer_base", macs, 62_984_192);
    // Vaswani et al., table 3: 65 * 10^6 parameters; "about 37000" words leave 4 % open.
    let small = 12 * small_parameters(512) + 6 * 6 * 512;
    let parameters = find("transformer_base").weights() + small;
    assert!(
        parameters.abs_diff(65_000_000) * 25 <= 65_000_000,
        "{parameters}"
    );
}

#[test]
fn attention_multiplies_activations_and_nothing_else_does() {
    for name in zoo::names() {
        for layer in find(name).layers() {
            let attention = ["scores", "values", "attention.context"];
            // GNMT's additive scores are a product with a trained vector.
            let expected = attention.iter().any(|end| layer.name().ends_with(end))
                && layer.name() != "attention.scores";
            let computed = layer.right_operand() == RightOperand::Activations;
            assert_eq!(computed, expected, "{name}: {}", layer.name());
        }
    }
}

#[test]
fn every_head_attends_over_the_whole_context() {
    for (name, heads, tokens, context, width) in [
        ("bert_base", 12, 384, 384, 64),
        ("gpt2_prefill", 12, 1024, 1024, 64),
        ("gpt2_decode", 12, 1, 1024, 64),
        ("llama7b_prefill", 32, 2048, 2048, 128),
        ("llama7b_decode", 32, 1, 2048, 128),
        ("transformer_base", 8, 128, 128, 64),
    ] {
        for layer in find(name).layers() {
            let shape = [Dim::G, Dim::P, Dim::K, Dim::C].map(|d| layer.size(d));
            if layer.name().ends_with("scores") {
                assert_eq!(
                    shape,
                    [heads, tokens, context, width],
                    "{name}: {}",
                    layer.name()
                );
            }
            if layer.name().ends_with("values") {
                assert_eq!(
                    shape,
                    [heads, tokens, width, context],
                    "{name}: {}",
                    layer.name()
                );
            }
        }
    }
}
