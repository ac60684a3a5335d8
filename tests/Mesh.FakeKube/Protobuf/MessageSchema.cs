namespace Mesh.FakeKube.Protobuf;

/// <summary>The fields of a message by their numbers; others are skipped.</summary>
internal sealed class MessageSchema(params (int Number, MessageField Field)[] fields)
{
    private readonly Dictionary<int, MessageField> byNumber = fields.ToDictionary(field => field.Number, field => field.Field);

    public MessageField? At(int number) => byNumber.GetValueOrDefault(number);
}
