//! Runs through a graph, operator by operator.
//!
//! ```text
//! for node in graph (in order):
//!     a function of the model: through its body
//!     If, Loop, Scan whose course is known: through what runs, as often as it runs
//!     a product: layers
//!     anything else: the shapes of its results
//! ```

use std::collections::HashMap;
use std::rc::Rc;

use super::element::ElementType;
use super::infer::infer;
use super::inputs::weights;
use super::number::Number;
use super::products;
use super::proto::{Attribute, Function, Graph, Node};
use super::record::{ImportLog, Lowering, Mark};
use super::scope::TensorScope;
use super::value::{Value, axis};

/// Operators that are run through inside of others, at most: a loop that takes more is left out.
const MOST_STEPS: u64 = 100_000;
/// How deep functions and graphs may stand inside of one another.
const MOST_DEPTH: usize = 48;

/// A reading of one model.
pub(super) struct GraphReader<'m> {
    pub(super) record: ImportLog,
    functions: HashMap<[&'m str; 3], &'m Function>,
    /// Sizes of dimensions by their names.
    pub(super) named: HashMap<String, u64>,
    steps: u64,
    depth: usize,
}

/// Why a body was not run through.
struct Exhausted;

/// Results, and what became of the operator.
type Read = (Vec<Value>, Lowering);

fn domain(name: &str) -> &str {
    if name == "ai.onnx" { "" } else { name }
}

impl<'m> GraphReader<'m> {
    pub(super) fn new(functions: &'m [Function]) -> Self {
        let key = |f: &'m Function| [domain(&f.domain), f.name.as_str(), f.overload.as_str()];
        Self {
            record: ImportLog::default(),
            functions: functions.iter().map(|f| (key(f), f)).collect(),
            named: HashMap::new(),
            steps: MOST_STEPS,
            depth: 0,
        }
    }

    /// Runs through operators and puts their results into the scope.
    pub(super) fn nodes(&mut self, nodes: &[Node], scope: &mut TensorScope<'_>) {
        for node in nodes {
            let node = scope.resolved(node);
            let inputs: Vec<Value> = node.input.iter().map(|name| scope.get(name)).collect();
            let (results, outcome) = self.node(&node, &inputs, scope);
            let mut values = Vec::new();
            for (at, name) in node.output.iter().enumerate() {
                let mut value = results.get(at).cloned().unwrap_or_default();
                if value.shape.is_none()
                    && value.items.is_none()
                    && let Some(stated) = scope.stated.get(name)
                {
                    value = Value::shaped(Some(stated.clone())).typed(value.element);
                }
                if value.shape.is_none() && value.items.is_none() && value.lost.is_none() {
                    let earlier = inputs.iter().find_map(|input| input.lost.clone());
                    value.lost = Some(earlier.unwrap_or_else(|| lost_at(&node, scope)));
                }
                values.push(value);
            }
            self.record.note_outcome(&node, outcome, &inputs, &values);
            scope.values.extend(node.output.iter().cloned().zip(values));
        }
    }

    fn node(&mut self, node: &Node, inputs: &[Value], scope: &TensorScope<'_>) -> Read {
        let key = [
            domain(&node.domain),
            node.op_type.as_str(),
            node.overload.as_str(),
        ];
        if let Some(function) = self.functions.get(&key).copied() {
            return self.call(function, node, inputs, scope);
        }
        if key[0].is_empty() {
            match node.op_type.as_str() {
                "If" => return self.branch(node, inputs, scope),
                "Loop" => return self.repeat(node, inputs, scope),
                "Scan" => return self.scan(node, inputs, scope),
                _ => {}
            }
        }
        if let Some(product) = products::of(node, inputs) {
            let name = self.record.name(&scope.prefix, node);
            let outcome = match product.layers {
                Ok(layers) => self.record.push(&name, layers, product.types),
                Err(why) => Lowering::Missing(why, product.macs),
            };
            if matches!(outcome, Lowering::Layers) {
                for note in product.notes {
                    self.record.note(&node.op_type, note);
                }
            }
            return (product.results, outcome);
        }
        if let Some(results) = infer(node, inputs) {
            return (results, Lowering::Plain);
        }
        let why = match key[0] {
            "" => "it is not supported".to_owned(),
            domain => format!("operators of {domain} are not supported"),
        };
        (Vec::new(), Lowering::Missing(why, None))
    }

    /// Runs through the body of something inside of the graph, if that is not too long.
    fn body(&mut self, nodes: &[Node], scope: &mut TensorScope<'_>) -> Result<(), Exhausted> {
        let count = nodes.len() as u64 + 1;
        if self.steps < count || self.depth >= MOST_DEPTH {
            return Err(Exhausted);
        }
        self.steps -= count;
        self.depth += 1;
        self.nodes(nodes, scope);
        self.depth -= 1;
        Ok(())
    }

    /// A function of the model, with these operands.
    fn call(
        &mut self,
        function: &'m Function,
        node: &Node,
        inputs: &[Value],
        scope: &TensorScope<'_>,
    ) -> Read {
        let is_given = |default: &&Attribute| node.attribute(&default.name).is_none();
        let defaults = function.attribute_proto.iter().filter(is_given);
        let attributes = node.attribute.iter().chain(defaults).cloned().collect();
        let name = if node.name.is_empty() {
            &node.op_type
        } else {
            &node.name
        };
        let prefix = format!("{}{}/", scope.prefix, name.trim_start_matches('/'));
        let mut inner = TensorScope::of_call(attributes, prefix);
        let named = function.input.iter().cloned().zip(inputs.iter().cloned());
        inner.values.extend(named);
        inner.state(&function.value_info, &self.named);
        if self.body(&function.node, &mut inner).is_err() {
            let why = "its body calls itself, or is too long to run through";
            return (Vec::new(), Lowering::Missing(why.to_owned(), None));
        }
        let results = function.output.iter().map(|name| inner.get(name)).collect();
        (results, Lowering::Inner)
    }

    /// The results of a graph inside of an operator, with these inputs.
    fn graph(
        &mut self,
        graph: &Graph,
        inputs: Vec<Value>,
        scope: &TensorScope<'_>,
    ) -> Result<Vec<Value>, Exhausted> {
        let mut inner = TensorScope::inside(scope);
        weights(&mut inner, graph);
        let names = graph.input.iter().map(|input| input.name.clone());
        inner.values.extend(names.zip(inputs));
        inner.state(&graph.value_info, &self.named);
        inner.state(&graph.output, &self.named);
        self.body(&graph.node, &mut inner)?;
        let results = graph.output.iter().map(|output| inner.get(&output.name));
        Ok(results.collect())
    }

    /// Tries something and takes back what it noted. Also gives its multiply-accumulates, if all are
    /// known, and how many products it has.
    fn dry<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> (T, Option<u64>, u64) {
        let mark = self.record.mark();
        let result = run(self);
        let macs = self.record.macs_since(&mark);
        let products = self.record.products_since(&mark);
        self.record.undo(mark);
        (result, macs, products)
    }

    /// Takes back what was begun and is too long. Half of the steps that were left then are gone, so
    /// that giving up many times ends, too.
    fn give_up(&mut self, mark: Mark, steps: u64) {
        self.record.undo(mark);
        self.steps = steps / 2;
    }

    /// `If`: the branch that a known condition takes.
    fn branch(&mut self, node: &Node, inputs: &[Value], scope: &TensorScope<'_>) -> Read {
        let graphs = ["then_branch", "else_branch"].map(|name| node.graph(name));
        let [Some(taken), Some(other)] = graphs else {
            return (Vec::new(), unfit("a branch is missing"));
        };
        if let Some(condition) = inputs.first().and_then(Value::single) {
            let graph = if condition.is_true() { taken } else { other };
            return match self.graph(graph, Vec::new(), scope) {
                Ok(results) => (results, Lowering::Inner),
                Err(Exhausted) => (Vec::new(), unfit(TOO_LONG)),
            };
        }
        // What both branches agree on holds whichever is taken.
        let (first, macs, products) = self.dry(|r| r.graph(taken, Vec::new(), scope));
        let (second, other_macs, other_products) = self.dry(|r| r.graph(other, Vec::new(), scope));
        let (Ok(first), Ok(second)) = (first, second) else {
            return (Vec::new(), unfit(TOO_LONG));
        };
        let results = first.iter().zip(&second).map(|(a, b)| agreed(a, b));
        let results = results.collect();
        if products == 0 && other_products == 0 {
            return (results, Lowering::Plain);
        }
        let macs = macs.filter(|_| macs == other_macs);
        let why = "its condition depends on the data, and its branches multiply";
        (results, Lowering::Missing(why.to_owned(), macs))
    }

    /// `Loop`: its body as often as it runs. Operands: trips, a condition, and the state.
    fn repeat(&mut self, node: &Node, inputs: &[Value], scope: &TensorScope<'_>) -> Read {
        let Some(body) = node.graph("body") else {
            return (Vec::new(), unfit("its body is missing"));
        };
        let states = inputs.len().saturating_sub(2);
        let number = |at: usize| inputs.get(at).and_then(Value::single);
        let most = match node.has_input(0) {
            true => number(0).and_then(Number::whole),
            false => Some(i64::MAX),
        };
        let begins = match node.has_input(1) {
            true => number(1).map(Number::is_true),
            false => Some(true),
        };
        let condition = |value: Option<bool>| match value {
            Some(is_true) => Value::scalar(Number::Whole(i64::from(is_true)), ElementType::BOOL),
            None => Value::shaped(Some(Vec::new())).typed(Some(ElementType::BOOL)),
        };
        let start = inputs.get(2..).unwrap_or_default().to_vec();
        let mut is_exhausted = false;
        // A loop that counts, and counts too far, is not begun.
        let is_short = !passes_condition(body)
            || most.is_some_and(|most| {
                let trip = body.node.len() as u64 + 1;
                u64::try_from(most).is_ok_and(|most| most <= self.steps / trip)
            });
        if let (Some(most), Some(begins), true) = (most, begins, is_short) {
            let (mark, steps) = (self.record.mark(), self.steps);
            let (mut state, mut goes_on) = (start.clone(), Some(begins));
            let mut lists: Vec<Vec<Value>> = Vec::new();
            let mut trip = 0;
            while trip < most && goes_on == Some(true) {
                let mut given = vec![
                    Value::scalar(Number::Whole(trip), ElementType::INT64),
                    condition(goes_on),
                ];
                given.extend(state.iter().cloned());
                let Ok(results) = self.graph(body, given, scope) else {
                    goes_on = None;
                    is_exhausted = true;
                    break;
                };
                goes_on = results.first().and_then(Value::single).map(Number::is_true);
                state = results.iter().skip(1).take(states).cloned().collect();
                lists.resize(results.len().saturating_sub(states + 1), Vec::new());
                for (list, value) in lists.iter_mut().zip(results.into_iter().skip(states + 1)) {
                    list.push(value);
                }
                trip += 1;
            }
            if goes_on.is_some() {
                let outputs = node.output.len().saturating_sub(states);
                lists.resize(outputs, Vec::new());
                state.extend(lists.iter().map(|list| stacked(list, 0)));
                return (state, Lowering::Inner);
            }
            self.give_up(mark, steps);
        }
        // How often it runs is not known, or too often to run through: what one trip tells.
        let mut given = vec![
            Value::shaped(Some(Vec::new())).typed(Some(ElementType::INT64)),
            condition(None),
        ];
        let unknown = |value: &Value| Value {
            elements: None,
            ..value.clone()
        };
        given.extend(start.iter().map(unknown));
        let (results, macs, products) = self.dry(|r| r.graph(body, given, scope));
        let Ok(results) = results else {
            return (Vec::new(), unfit(TOO_LONG));
        };
        let mut values: Vec<Value> = start
            .iter()
            .zip(results.iter().skip(1))
            .map(|(before, after)| agreed(before, after))
            .collect();
        let goes_on = results.first().and_then(Value::single).map(Number::is_true);
        let is_counted = goes_on == Some(true) || passes_condition(body);
        let trips = most
            .filter(|most| is_counted && begins == Some(true) && *most < i64::MAX)
            .and_then(|most| u64::try_from(most).ok());
        values.resize(node.output.len(), Value::default());
        if products == 0 {
            return (values, Lowering::Plain);
        }
        let why = match trips {
            None if !is_exhausted => "how often it runs depends on the data",
            _ => TOO_LONG,
        };
        let is_stable = values
            .iter()
            .take(states)
            .all(|value| value.shape.is_some());
        let macs = macs
            .zip(trips)
            .filter(|_| is_stable)
            .and_then(|(macs, trips)| macs.checked_mul(trips));
        (values, Lowering::Missing(why.to_owned(), macs))
    }

    /// `Scan`: its body once for each place along an axis of what is scanned.
    fn scan(&mut self, node: &Node, inputs: &[Value], scope: &TensorScope<'_>) -> Read {
        let Some(body) = node.graph("body") else {
            return (Vec::new(), unfit("its body is missing"));
        };
        let scanned = usize::try_from(node.int("num_scan_inputs", 0)).unwrap_or(0);
        let Some(states) = inputs.len().checked_sub(scanned).filter(|_| scanned > 0) else {
            return (Vec::new(), unfit("its operands do not fit"));
        };
        if body.input.len() != inputs.len() {
            return (
                Vec::new(),
                unfit("its form of operator set 8 is not supported"),
            );
        }
        let axes = |name: &str, at: usize| {
            node.ints(name)
                .and_then(|v| v.get(at).copied())
                .unwrap_or(0)
        };
        let mut slices = Vec::new();
        let mut trips = None;
        for (at, input) in inputs[states..].iter().enumerate() {
            let place = input
                .rank()
                .and_then(|rank| axis(axes("scan_input_axes", at), rank));
            let Some((shape, place)) = input.shape.as_ref().zip(place) else {
                return (Vec::new(), unfit("the shape of an operand is not known"));
            };
            let mut slice = shape.clone();
            trips = Some(slice.remove(place));
            slices.push(Value::shaped(Some(slice)).typed(input.element));
        }
        let trips = trips.unwrap_or(0);
        let (mark, steps) = (self.record.mark(), self.steps);
        let mut state = inputs[..states].to_vec();
        let mut lists: Vec<Vec<Value>> = Vec::new();
        let mut is_through = true;
        for _ in 0..trips {
            let given = [state.as_slice(), &slices].concat();
            let Ok(results) = self.graph(body, given, scope) else {
                is_through = false;
                break;
            };
            state = results.iter().take(states).cloned().collect();
            lists.resize(results.len().saturating_sub(states), Vec::new());
            for (list, value) in lists.iter_mut().zip(results.into_iter().skip(states)) {
                list.push(value);
            }
        }
        if !is_through {
            self.give_up(mark, steps);
            let given = [&inputs[..states], &slices].concat();
            let (results, macs, _) = self.dry(|r| r.graph(body, given, scope));
            let is_stable = results.is_ok_and(|results| {
                let mut pairs = results.iter().zip(&inputs[..states]);
                pairs.all(|(a, b)| a.shape == b.shape)
            });
            let macs = macs
                .filter(|_| is_stable)
                .and_then(|macs| macs.checked_mul(trips));
            return (Vec::new(), Lowering::Missing(TOO_LONG.to_owned(), macs));
        }
        let stacked =
            |(at, list): (usize, &Vec<Value>)| stacked(list, axes("scan_output_axes", at));
        let stacked: Vec<Value> = lists.iter().enumerate().map(stacked).collect();
        state.extend(stacked);
        (state, Lowering::Inner)
    }
}

const TOO_LONG: &str = "it is too long to run through";

fn unfit(why: &str) -> Lowering {
    Lowering::Missing(why.to_owned(), None)
}

/// Whether the condition that a body gives is the one that it was given.
fn passes_condition(body: &Graph) -> bool {
    let (Some(given), Some(result)) = (body.input.get(1), body.output.first()) else {
        return false;
    };
    given.name == result.name
        || body.node.iter().any(|node| {
            node.op_type == "Identity"
                && node.input.first() == Some(&given.name)
                && node.output.first() == Some(&result.name)
        })
}

/// What two values have in common.
fn agreed(a: &Value, b: &Value) -> Value {
    let is_alike = a.shape == b.shape && a.shape.is_some();
    if !is_alike {
        return Value::default();
    }
    Value {
        elements: a.elements.clone().filter(|_| a.elements == b.elements),
        ..Value::shaped(a.shape.clone()).typed(a.element)
    }
}

/// Tensors of one shape, one after the other along a new axis.
fn stacked(list: &[Value], place: i64) -> Value {
    let Some(shape) = list.first().and_then(|value| value.shape.as_ref()) else {
        return Value::default();
    };
    let place = axis(place, shape.len() + 1);
    let (Some(place), true) = (place, list.iter().all(|v| v.shape.as_ref() == Some(shape))) else {
        return Value::default();
    };
    let mut sizes = shape.clone();
    sizes.insert(place, list.len() as u64);
    // Elements follow one another if the new axis is the first.
    let elements: Option<Vec<Number>> = list
        .iter()
        .map(|value| value.elements.as_deref().cloned())
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat());
    Value::with_elements(sizes, elements.filter(|_| place == 0)).typed(list[0].element)
}

fn lost_at(node: &Node, scope: &TensorScope<'_>) -> Rc<str> {
    let name = if node.name.is_empty() {
        node.output.first().map_or("", String::as_str)
    } else {
        &node.name
    };
    format!(
        "{}{} ({})",
        scope.prefix,
        name.trim_start_matches('/'),
        node.op_type
    )
    .into()
}
