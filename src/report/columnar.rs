//! `timeseries.parquet`: one row group, doubles, a time stamp, and the sidecar in the footer.

use super::ReportError;
use super::data::{Cells, Table};
use crate::record::Record;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::sync::Arc;

const FILE: &str = "timeseries.parquet";

fn refused(error: impl core::fmt::Display) -> ReportError {
    ReportError::Columns { file: FILE, reason: error.to_string() }
}

/// The table of steps as a Parquet file; its text column of times becomes a time stamp in local time.
pub(super) fn write(record: &Record, table: &Table<'_>, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    let schema = schema(table).map_err(refused)?;
    let footer = ["hashwatt", "columns"].iter().zip([sidecar.to_string(), sidecar["columns"].to_string()]);
    let footer = footer.map(|(key, text)| KeyValue::new((*key).to_owned(), text)).collect();
    let properties = WriterProperties::builder()
        .set_created_by(concat!("hashwatt ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::BYTE_STREAM_SPLIT)
        .set_column_encoding("time_local".into(), Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(footer))
        .build();
    let mut bytes = Vec::with_capacity(table.rows() * table.columns.len() * 6);
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties)).map_err(refused)?;
    let mut group = file.next_row_group().map_err(refused)?;
    let mut columns = table.columns.iter();
    while let Some(mut writer) = group.next_column().map_err(refused)? {
        match columns.next().map(|c| (&*c.key, &c.cells)) {
            Some(("time_local", _)) => {
                writer.typed::<Int64Type>().write_batch(&milliseconds(record), None, None).map_err(refused)?;
            }
            Some((_, Cells::Numbers(values))) => {
                writer.typed::<DoubleType>().write_batch(values, None, None).map_err(refused)?;
            }
            Some((_, Cells::Texts(texts))) => {
                let texts: Vec<_> = texts.iter().map(|t| ByteArray::from(&**t)).collect();
                writer.typed::<ByteArrayType>().write_batch(&texts, None, None).map_err(refused)?;
            }
            Some((key, Cells::Mixed(_))) => return Err(refused(format!("column {key} mixes numbers and texts"))),
            None => {}
        }
        writer.close().map_err(refused)?;
    }
    group.close().map_err(refused)?;
    file.close().map_err(refused)?;
    Ok(bytes)
}

fn schema(table: &Table<'_>) -> parquet::errors::Result<Type> {
    let mut fields = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let (physical, logical) = match &column.cells {
            _ if column.key == "time_local" => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MILLIS))),
            Cells::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            _ => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(&column.key, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()?;
        fields.push(Arc::new(field));
    }
    Type::group_type_builder("step").with_fields(fields).build()
}

/// Milliseconds from 1970-01-01 00:00 local time to the start of each step.
fn milliseconds(record: &Record) -> Vec<i64> {
    let window = record.window;
    let step = i64::from(window.step_minutes) * 60_000;
    (0..window.steps() as i64).map(|i| i64::from(window.from.0) * 86_400_000 + i * step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{period, synthetic};
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_written_reads_back() {
        let record = synthetic::record(2);
        let table = period::steps(&record);
        let sidecar = table.sidecar(&synthetic::meta(), &record.caveats);
        let bytes = write(&record, &table, &sidecar).unwrap();
        assert_eq!(bytes, write(&record, &table, &sidecar).unwrap());
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let about = file.metadata().file_metadata();
        assert_eq!(about.num_rows(), 48);
        let footer = about.key_value_metadata().unwrap();
        let text = footer.iter().find(|k| k.key == "hashwatt").and_then(|k| k.value.clone()).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["columns"]["demand_mw"]["unit"], "MW");
        let row = file.get_row_iter(None).unwrap().nth(30).unwrap().unwrap();
        assert_eq!(row.get_double(2).unwrap(), record.series("demand_mw").unwrap().values[30]);
    }
}
