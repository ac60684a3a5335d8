namespace Mesh.FakeKube.Protobuf;

/// <summary>How a field's bytes become JSON.</summary>
internal enum FieldKind
{
    Text,
    Number,
    Truth,

    /// <summary>Base64, as JSON has bytes.</summary>
    Bytes,
    Message,

    /// <summary>From texts to texts.</summary>
    TextMap,

    /// <summary>From texts to bytes.</summary>
    BytesMap,
}
