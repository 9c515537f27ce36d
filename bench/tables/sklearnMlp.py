"""The peer of `adult-time`: scikit-learn's MLPClassifier from CSV files to test accuracy. Prints one JSON object."""
import csv
import json
import sys

import numpy
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

train_path, test_path, target, seed = sys.argv[1:5]


def is_number(cell):
    try:
        float(cell)
        return True
    except ValueError:
        return False


def read(path):
    with open(path, newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    header = rows[0]
    place = header.index(target)
    return header[:place] + header[place + 1 :], [row[:place] + row[place + 1 :] for row in rows[1:]], [row[place] for row in rows[1:]]


names, train, train_labels = read(train_path)
_, test, test_labels = read(test_path)
numeric = [index for index in range(len(names)) if all(is_number(row[index]) for row in train)]
categorical = [index for index in range(len(names)) if index not in numeric]
train_cells = numpy.array(train, dtype=object)
test_cells = numpy.array(test, dtype=object)
for cells in (train_cells, test_cells):
    cells[:, numeric] = cells[:, numeric].astype(float)
columns = ColumnTransformer(
    [("numbers", StandardScaler(), numeric), ("categories", OneHotEncoder(handle_unknown="ignore"), categorical)]
)
model = make_pipeline(columns, MLPClassifier(early_stopping=True, random_state=int(seed)))
model.fit(train_cells, train_labels)
accuracy = float(numpy.mean(model.predict(test_cells) == numpy.array(test_labels)))
print(json.dumps({"accuracy": accuracy, "epochs": model[-1].n_iter_}))
