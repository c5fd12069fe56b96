"""Reports: built once, written as PDF, XLSX, DOCX or CSV."""
