namespace Mesh.Payments.Domain;

/// <summary>The side of an account that increases it; stored by number.</summary>
internal enum NormalSide
{
    /// <summary>Assets and expenses.</summary>
    Debit = 1,

    /// <summary>Liabilities and income.</summary>
    Credit = 2,
}
