"""The analyst's door for programs: figures, definitions and rows, as JSON, CSV, Arrow and Parquet."""
