"""Reports: built once as a neutral document, written as PDF, XLSX, DOCX or CSV."""
