/** Public data sets of pictures: where their makers keep them, what the files have to be, and on what terms they may be used. */

/** A file of a data set. */
export interface DatasetFile {
  readonly name: string;
  /** Addresses to try in turn. */
  readonly addresses: readonly string[];
  /** MD5 sums, as the makers publish them, of the file or of what is packed in it; any of them will do. */
  readonly checksums: readonly string[];
  /** About, for the question whether to begin. */
  readonly megabytes: number;
}

/** A data set. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  /** What is in it, in a sentence. */
  readonly summary: string;
  readonly terms: string;
  readonly cite: string;
  readonly page: string;
  readonly files: readonly DatasetFile[];
}

const mnistParts = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];
const digits = [
  ["f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"],
  ["d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"],
  ["9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"],
  ["ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"],
];
const clothes = [
  ["8d4fb7e6c68d591d4c3dfef9ec88bf0d"],
  ["25c81989df183df01b3e8a0aad5dffbe"],
  ["bef4ecab320f06d8554ea6380940ec79"],
  ["bb300cfdad3c16e7a12a480ee83cd310"],
];

function idxFiles(
  bases: readonly string[],
  checksums: readonly (readonly string[])[],
  megabytes: readonly number[],
): DatasetFile[] {
  return mnistParts.map((part, index) => ({
    name: `${part}.gz`,
    addresses: bases.map((base) => `${base}${part}.gz`),
    checksums: checksums[index] ?? [],
    megabytes: megabytes[index] ?? 0,
  }));
}

const learningMultipleLayers = "A. Krizhevsky, Learning multiple layers of features from tiny images, 2009";

/** Every data set that is known by name. */
export const datasets = [
  {
    name: "mnist",
    title: "MNIST",
    summary: "60,000 and 10,000 handwritten digits, grey, 28×28.",
    terms: "CC BY-SA 3.0",
    cite: "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, 1998",
    page: "http://yann.lecun.com/exdb/mnist/",
    files: idxFiles(
      ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
      digits,
      [10, 0.1, 1.7, 0.1],
    ),
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    summary: "60,000 and 10,000 pictures of clothes in ten kinds, grey, 28×28.",
    terms: "MIT",
    cite: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms, 2017",
    page: "https://github.com/zalandoresearch/fashion-mnist",
    files: idxFiles(["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"], clothes, [26, 0.1, 4.4, 0.1]),
  },
  {
    name: "cifar10",
    title: "CIFAR-10",
    summary: "50,000 and 10,000 photographs in ten classes, colour, 32×32.",
    terms: "no formal licence; cite the report",
    cite: learningMultipleLayers,
    page: "https://www.cs.toronto.edu/~kriz/cifar.html",
    files: [
      {
        name: "cifar-10-binary.tar.gz",
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
        checksums: ["c32a1d4ab5d03f1284b67883e8d87530"],
        megabytes: 170,
      },
    ],
  },
  {
    name: "cifar100",
    title: "CIFAR-100",
    summary: "50,000 and 10,000 photographs in a hundred classes, colour, 32×32.",
    terms: "no formal licence; cite the report",
    cite: learningMultipleLayers,
    page: "https://www.cs.toronto.edu/~kriz/cifar.html",
    files: [
      {
        name: "cifar-100-binary.tar.gz",
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
        checksums: ["03b5dce01913d631647c71ecec9e9cb8"],
        megabytes: 169,
      },
    ],
  },
  {
    name: "caltech101",
    title: "Caltech-101",
    summary: "9,144 photographs in 101 classes and one of background, of many sizes.",
    terms: "CC BY 4.0",
    cite: "L. Fei-Fei, R. Fergus, P. Perona, Learning generative visual models from few training examples, 2004",
    page: "https://data.caltech.edu/records/mzrjq-6wc02",
    files: [
      {
        name: "caltech-101.zip",
        addresses: ["https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip"],
        checksums: ["3138e1922a9193bfa496528edbbc45d0"],
        megabytes: 137,
      },
    ],
  },
  {
    name: "oxford-pets",
    title: "Oxford-IIIT Pet",
    summary: "7,349 photographs of 37 breeds of cats and dogs, of many sizes.",
    terms: "CC BY-SA 4.0",
    cite: "O. Parkhi, A. Vedaldi, A. Zisserman, C. Jawahar, Cats and dogs, CVPR 2012",
    page: "https://www.robots.ox.ac.uk/~vgg/data/pets/",
    files: [
      {
        name: "images.tar.gz",
        addresses: ["https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz"],
        checksums: ["5c4f3ee8e5d25df40f4fd59a7f44e54c"],
        megabytes: 792,
      },
      {
        name: "annotations.tar.gz",
        addresses: ["https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz"],
        checksums: ["95a8c909bbe2e81eed6a22bccdf3f68f"],
        megabytes: 19,
      },
    ],
  },
] as const satisfies readonly Dataset[];

/** Name of a known data set. */
export type DatasetName = (typeof datasets)[number]["name"];
