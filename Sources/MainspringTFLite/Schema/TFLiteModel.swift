// SPDX-License-Identifier: Apache-2.0

/// A TFLite file as plain data: what the reader takes out of the bytes and the writer puts in.
///
/// Field names follow the TFLite schema. Indices are not yet resolved here; whoever turns a model
/// into a graph, or a graph into a model, does that.
public struct TFLiteModel: Hashable, Sendable {
  public var description: String = ""
  /// Index 0 is the main graph.
  public var subgraphs: [Subgraph] = []
  /// Index 0 is empty, as the format demands.
  public var buffers: [[UInt8]] = [[]]
  public var metadata: [Metadata] = []
  public var signatures: [Signature] = []
  /// Files in the zip archive behind the flatbuffer.
  public var associatedFiles: [AssociatedFile] = []

  public init() {}

  public struct Subgraph: Hashable, Sendable {
    public var name: String = ""
    public var tensors: [TensorRecord] = []
    public var inputs: [Int32] = []
    public var outputs: [Int32] = []
    /// In execution order.
    public var operators: [OperatorRecord] = []

    public init() {}
  }

  public struct TensorRecord: Hashable, Sendable {
    public var name: String
    /// Empty for a scalar.
    public var shape: [Int32]
    /// Like `shape` with −1 where an extent is dynamic; empty when all are static.
    public var shapeSignature: [Int32] = []
    public var type: TensorType
    /// Index into ``TFLiteModel/buffers``; 0 for what has no data.
    public var buffer: Int = 0
    /// State that outlives an invocation.
    public var isVariable: Bool = false
    public var quantization: QuantizationRecord?

    public init(name: String, shape: [Int32], type: TensorType) {
      self.name = name
      self.shape = shape
      self.type = type
    }
  }

  public struct QuantizationRecord: Hashable, Sendable {
    public var scales: [Float]
    public var zeroPoints: [Int64]
    public var axis: Int32

    public init(scales: [Float], zeroPoints: [Int64], axis: Int32 = 0) {
      self.scales = scales
      self.zeroPoints = zeroPoints
      self.axis = axis
    }
  }

  public struct OperatorRecord: Hashable, Sendable {
    public var code: BuiltinOperator
    public var version: Int32
    /// The name of a custom operator; empty for builtin ones.
    public var customCode: String = ""
    /// Tensor indices; −1 for an optional operand that is absent.
    public var inputs: [Int32]
    public var outputs: [Int32]
    public var options: OptionsRecord
    /// Only the integer LSTM has these.
    public var intermediates: [Int32] = []

    public init(
      code: BuiltinOperator, version: Int32 = 1, inputs: [Int32], outputs: [Int32],
      options: OptionsRecord = .none
    ) {
      self.code = code
      self.version = version
      self.inputs = inputs
      self.outputs = outputs
      self.options = options
    }
  }

  public struct Metadata: Hashable, Sendable {
    public var name: String
    public var buffer: Int

    public init(name: String, buffer: Int) {
      self.name = name
      self.buffer = buffer
    }
  }

  /// A file that the model carries along, such as the names of its classes.
  public struct AssociatedFile: Hashable, Sendable {
    public var name: String
    /// Nil when it is encrypted, large when unpacked, or packed by anything but deflate: such files
    /// are not read, and not written.
    public var contents: [UInt8]?

    public init(name: String, contents: [UInt8]?) {
      self.name = name
      self.contents = contents
    }
  }

  /// Public names of inputs and outputs.
  public struct Signature: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
      public var name: String
      public var tensor: Int

      public init(name: String, tensor: Int) {
        self.name = name
        self.tensor = tensor
      }
    }

    public var key: String
    public var inputs: [Entry]
    public var outputs: [Entry]
    public var subgraph: Int = 0

    public init(key: String, inputs: [Entry], outputs: [Entry]) {
      self.key = key
      self.inputs = inputs
      self.outputs = outputs
    }
  }
}
