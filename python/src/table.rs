//! The rows of a document as columns of Arrow.
//!
//! ```text
//! {"name": "a", "moved": {"dram": 3}}  ->  name: text "a", moved.dram: integer 3
//! ```

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use indexmap::IndexMap;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::{Map, Value};
use stationary::documents::{Codesign, Compare, Document, Search, Sweep, Validate, Verified};

/// A column by the path of its field; nothing in rows that have no such field.
type Columns = IndexMap<String, Vec<Value>>;

/// Fields that stand in one column as JSON, since their fields differ from row to row.
const WHOLE: [&str; 2] = ["mapping", "schedule"];

/// A part of a document as JSON.
pub fn value(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).expect("keys of documents are text")
}

/// The rows of a document: its layers, or what else it has many of.
pub fn rows_of(document: &Value) -> Columns {
    let schema = document["schema"].as_str().unwrap_or_default();
    match schema {
        Validate::NAME => of_validate(document),
        Search::NAME | Codesign::NAME => rows(document["best"].get("choices").cloned()),
        Compare::NAME => rows(document.get("runs").cloned()),
        Sweep::NAME => of_sweep(document),
        Verified::NAME => rows(document.get("checks").cloned()),
        _ => match document.get("layers") {
            Some(layers) => rows(Some(layers.clone())),
            None => rows(Some(Value::Array(vec![document.clone()]))),
        },
    }
}

/// Objects as rows.
pub fn rows(objects: Option<Value>) -> Columns {
    let Some(Value::Array(objects)) = objects else {
        return Columns::new();
    };
    columns(objects.into_iter().map(|object| match object {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    }))
}

/// A row a mapping, with its dataflow, layer and place.
fn of_validate(document: &Value) -> Columns {
    let list = |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for dataflow in list(document, "dataflows") {
        for layer in list(&dataflow, "layers") {
            for (place, mapping) in list(&layer, "mappings").into_iter().enumerate() {
                let mut row = Map::new();
                row.insert("dataflow".to_owned(), dataflow["dataflow"].clone());
                row.insert("layer".to_owned(), layer["name"].clone());
                row.insert("dims".to_owned(), layer["dims"].clone());
                row.insert("mapping".to_owned(), place.into());
                if let Value::Object(fields) = mapping {
                    row.extend(fields);
                }
                all.push(row);
            }
        }
    }
    columns(all.into_iter())
}

/// A row a point: its number, the value of each axis by the axis's name, its figures, whether it is on the front, and
/// why it could not run.
fn of_sweep(document: &Value) -> Columns {
    let list = |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
    let names = list(document, "axes").into_iter();
    let names = names.map(|axis| axis["name"].as_str().unwrap_or_default().to_owned());
    let names: Vec<String> = names.collect();
    let front = list(document, "front");
    columns(list(document, "points").into_iter().map(|point| {
        let mut row = Map::new();
        row.insert("point".to_owned(), point["point"].clone());
        row.extend(names.iter().cloned().zip(list(&point, "values")));
        if let Value::Object(figures) = &point["figures"] {
            row.extend(figures.clone());
        }
        row.insert("front".to_owned(), front.contains(&point["point"]).into());
        row.insert("error".to_owned(), point["error"].clone());
        row
    }))
}

fn columns(rows: impl Iterator<Item = Map<String, Value>>) -> Columns {
    let mut columns = Columns::new();
    let mut count = 0;
    for row in rows {
        for (name, value) in row {
            flatten(&mut columns, count, name, value);
        }
        count += 1;
    }
    for column in columns.values_mut() {
        column.resize(count, Value::Null);
    }
    columns
}

fn flatten(columns: &mut Columns, row: usize, name: String, value: Value) {
    match value {
        Value::Object(fields) if !WHOLE.contains(&name.as_str()) => {
            for (field, value) in fields {
                flatten(columns, row, format!("{name}.{field}"), value);
            }
        }
        value => {
            let column = columns.entry(name).or_default();
            column.resize(row, Value::Null);
            column.push(value);
        }
    }
}

/// As a stream that pandas, polars and pyarrow take over without copies.
pub fn stream<'py>(py: Python<'py>, columns: &Columns) -> PyResult<Bound<'py, PyCapsule>> {
    let fault = |error: ArrowError| PyRuntimeError::new_err(error.to_string());
    let arrays: Vec<(&String, ArrayRef)> = columns
        .iter()
        .map(|(name, values)| (name, array(values)))
        .collect();
    let fields = arrays.iter();
    let fields = fields.map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = arrays.into_iter().map(|(_, array)| array).collect();
    let batch = match columns.is_empty() {
        true => RecordBatch::new_empty(Arc::clone(&schema)),
        false => RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(fault)?,
    };
    let batches = RecordBatchIterator::new([Ok(batch)], schema);
    let stream = FFI_ArrowArrayStream::new(Box::new(batches));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// Of the narrowest type that holds all values.
fn array(values: &[Value]) -> ArrayRef {
    let are = |is: fn(&Value) -> bool| values.iter().all(|value| value.is_null() || is(value));
    let is_whole = |value: &Value| {
        let items = value.as_array();
        items.is_some_and(|items| items.iter().all(Value::is_i64))
    };
    if are(Value::is_i64) && !are(Value::is_null) {
        let values = values.iter().map(Value::as_i64);
        Arc::new(values.collect::<Int64Array>())
    } else if are(Value::is_number) {
        let values = values.iter().map(Value::as_f64);
        Arc::new(values.collect::<Float64Array>())
    } else if are(Value::is_boolean) {
        let values = values.iter().map(Value::as_bool);
        Arc::new(values.collect::<BooleanArray>())
    } else if are(Value::is_string) {
        let values = values.iter().map(Value::as_str);
        Arc::new(values.collect::<StringArray>())
    } else if values
        .iter()
        .all(|value| value.is_null() || is_whole(value))
    {
        let mut lists = ListBuilder::new(Int64Builder::new());
        for value in values {
            let items = value.as_array();
            let items = items.map(|items| items.iter().map(Value::as_i64).collect::<Vec<_>>());
            lists.append_option(items);
        }
        Arc::new(lists.finish())
    } else {
        let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
        Arc::new(values.iter().map(text).collect::<StringArray>())
    }
}
