"""Facilities, people and images for the journeys; all invented."""

import io
import zipfile

import numpy as np
from django.contrib.auth.models import Group
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from requests_app.house.rules import seed_rules
from requests_app.models import Facility, Organization, User
from requests_app.vocabulary import Role

PASSWORD = "only for tests 9431"


def facility(slug: str = "northfield") -> Facility:
    """Return a facility of the one organization."""
    seed_rules()
    house, _ = Organization.objects.get_or_create(
        slug="example", defaults={"name": "Example Health"}
    )
    found, _ = Facility.objects.get_or_create(
        slug=slug,
        defaults={"organization": house, "name": slug.title(), "short_name": slug.title()},
    )
    return found


def somebody(role: Role, *places: Facility, name: str = "") -> User:
    """Return a person with one role who works for the facilities."""
    name = name or role.value
    person = User.objects.create_user(
        name, email=f"{name}@example.org", password=PASSWORD, organization=facility().organization
    )
    person.facilities.set(places)
    person.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return person


def slice_bytes(number: int, study: str, series: str, *, record_number: str = "MRN-0417") -> bytes:
    """Return one CT slice of a phantom as a DICOM file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[series, str(number)])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = Dataset()
    image.file_meta = meta
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series
    image.PatientName, image.PatientID = "0417^Sample Patient", record_number
    image.PatientBirthDate, image.PatientSex = "19580427", "O"
    image.Modality, image.StudyDate, image.StudyDescription = "CT", "20261014", "CT abdomen"
    image.AccessionNumber, image.SeriesNumber, image.InstanceNumber = "ACC-0417", 1, number
    image.SeriesDescription = "Axial"
    image.ImagePositionPatient = [0, 0, number * 5.0]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.Rows = image.Columns = 32
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 1, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.RescaleIntercept, image.RescaleSlope = 0, 1
    image.WindowCenter, image.WindowWidth = 40, 400
    image.PixelSpacing, image.SliceThickness = [1, 1], 5
    grid = np.indices((32, 32)).sum(axis=0) * number
    image.PixelData = grid.astype("<i2").tobytes()
    out = io.BytesIO()
    image.save_as(out, enforce_file_format=True)
    return out.getvalue()


def zipped_study(slices: int = 3) -> bytes:
    """Return a zip of one small study."""
    study, series = generate_uid(), generate_uid()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(1, slices + 1):
            archive.writestr(f"images/{number}.dcm", slice_bytes(number, study, series))
    return out.getvalue()
